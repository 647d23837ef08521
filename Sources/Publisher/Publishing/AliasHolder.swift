import FoundationEssentials
import ImageTags
import OCIRegistry

/// The publish behind an alias, as far as what it left tells.
struct AliasHolder: Sendable, Equatable {
    /// The version, in a channel of versions.
    var version: Version?
    /// The commit: the label `org.opencontainers.image.revision`.
    var revision: Revision?
    /// When its youngest image was made.
    var created: Date?

    /// The most tags that are asked for the one that names the same digest.
    private static let tagLimit = 256

    /// Reads what is behind a digest of a repository. Throws ``OCIError``.
    static func read(
        _ digest: Digest, in repository: Repository, _ rules: TagRules, _ channel: Channel
    ) async throws -> AliasHolder {
        var holder = AliasHolder()
        holder.version = try await version(of: digest, in: repository, rules, channel)
        // What is known by its tag needs no look inside.
        guard holder.version == nil else { return holder }
        let image: SourceImage
        do {
            image = try await SourceImage(
                .packed(RegistryImage(repository, selector: "\(digest)")), platform: nil)
        } catch let error as OCIError where [.badData, .notFound].contains(error.kind) {
            return holder
        }
        let labels = image.parts.first?.config?.config?.labels ?? [:]
        if let scheme = channel.versions {
            holder.version = labels["org.opencontainers.image.version"].flatMap {
                Version(parsing: $0, scheme)
            }
        }
        holder.revision = labels["org.opencontainers.image.revision"].flatMap {
            try? Revision($0)
        }
        holder.created = image.created
        return holder
    }

    /// The version whose tag names the digest, the newest ones first.
    private static func version(
        of digest: Digest, in repository: Repository, _ rules: TagRules, _ channel: Channel
    ) async throws -> Version? {
        guard channel.versions != nil else { return nil }
        let versions: [(Tag, Version)] = (try await repository.tags() ?? []).compactMap { tag in
            rules.immutable.lazy.compactMap { $0.version(in: tag, channel) }.first
                .map { (tag, $0) }
        }
        let newest = versions.sorted { $0.1 > $1.1 }.prefix(tagLimit)
        for start in stride(from: 0, to: newest.count, by: 16) {
            let batch = newest.dropFirst(start).prefix(16)
            let found = try await repository.digests(of: batch.map(\.0))
            if let match = batch.first(where: { found[$0.0] == digest }) { return match.1 }
        }
        return nil
    }
}

/// Whether an alias may move to what is published, or belongs to a newer publish.
struct AliasGuard: Sendable {
    let repository: Repository
    let plan: PublishPlan
    /// When what is published was made.
    let created: Date?
    let history: GitHistory

    /// Why an alias that names this digest now is to be left alone; nil where it may move.
    ///
    /// Throws ``OCIError`` where it cannot be found out.
    func reasonToLeave(_ held: Digest) async throws -> String? {
        let channel = plan.selection.channel
        // Versions without forward-only are to move as they come.
        guard plan.facts.version == nil || plan.rules.forwardOnly else { return nil }
        let holder = try await AliasHolder.read(held, in: repository, plan.rules, channel)
        if let candidate = plan.facts.version {
            guard Precedence(candidate: candidate, holder: holder.version) == .older,
                let version = holder.version
            else { return nil }
            return "it names \(version), which is newer than \(candidate)"
        }
        if let revision = holder.revision {
            switch await history.precedence(candidate: plan.facts.revision, holder: revision) {
            case .newer: return nil
            case .older: return "it names commit \(revision), which comes after this one"
            case .unknown: break
            }
        }
        return Self.reasonToLeave(holder: holder.created, candidate: created)
    }

    /// By the times at which both were made.
    static func reasonToLeave(holder: Date?, candidate: Date?) -> String? {
        guard let holder, let candidate, candidate < holder else { return nil }
        return "it names an image made at \(holder.formatted(.iso8601)), "
            + "and this one was made at \(candidate.formatted(.iso8601))"
    }
}
