import ImageTags
import OCIRegistry

/// A repository that is to be pruned, and what is kept of it.
struct PruneTarget: Sendable, Hashable {
    /// The repository.
    var reference: Reference
    /// What sort of registry the configuration says it is in.
    var dialect: RetentionDialect
    /// What is kept.
    var policy: RetentionPolicy
}

extension Configuration {
    /// What prune is to look at: the repositories of `retention`, or those asked for: an image's name, or
    /// `HOST/REPOSITORY`, or a registry's name for the host. One without rules is looked at too, and all of it kept.
    ///
    /// Throws ``OCIError``: usage for a name that means nothing, configuration where there is nothing.
    func pruneTargets(_ subjects: [String]) throws(OCIError) -> [PruneTarget] {
        var repositories: [ConfiguredRepository] = []
        var others: [Reference] = []
        for subject in subjects {
            guard subject.contains("/") else {
                repositories += try image(named: subject).destinations
                continue
            }
            let reference = try RepositoryNames(configuration: self).reference(subject)
            guard reference.tag == nil, reference.digest == nil else {
                throw OCIError(
                    .usage, "a repository is pruned, not a tag", subject: subject,
                    advice:
                        "leave ':\(reference.selector)' out; 'publisher delete' takes one tag away")
            }
            if let known = registries.first(where: { $0.host == reference.host }) {
                repositories.append(
                    ConfiguredRepository(registry: known, name: reference.repository))
            } else {
                others.append(reference)
            }
        }
        if subjects.isEmpty { repositories = retention?.repositories.map(\.repository) ?? [] }
        var seen: Set<Reference> = []
        let known = repositories.filter { seen.insert($0.reference).inserted }.map(target)
        let unknown = others.filter { seen.insert($0).inserted }.map { reference in
            PruneTarget(
                reference: reference, dialect: .oci,
                policy: RetentionPolicy(grace: grace, limits: retention?.limits ?? .init()))
        }
        guard !(known + unknown).isEmpty else {
            throw OCIError(
                .configuration, "there is no repository to prune", subject: path,
                advice: "say under retention: repositories: what is kept of each")
        }
        return known + unknown
    }

    private var grace: Int64 { retention?.grace?.seconds ?? RetentionPolicy.defaultGrace }

    private func target(_ repository: ConfiguredRepository) -> PruneTarget {
        let rules = retention?.repositories.filter { $0.repository == repository } ?? []
        var policy = RetentionPolicy(
            keep: rules.flatMap(\.keep), grace: grace, limits: retention?.limits ?? .init())
        policy.protected = (retention?.protected ?? []).map { .init($0, why: "protected") }
        for image in images where image.destinations.contains(repository) {
            for rules in image.channels {
                for template in rules.tags.rolling where template.isConstant {
                    // No place but the channel's is in it, so that any revision will do.
                    let channel = rules.channel.name
                    guard let revision = try? Revision(String(repeating: "0", count: 40)),
                        let tag = try? template.tag(
                            PublishFacts(channel: channel, revision: revision))
                    else { continue }
                    policy.protected.append(
                        .init(TagPattern("\(tag)"), why: "a rolling tag of image \(image.name)"))
                }
            }
        }
        return PruneTarget(
            reference: repository.reference,
            dialect: repository.registry.dialect == .gitea ? .gitea : .oci, policy: policy)
    }
}
