import ConfigurationFile
import ImageTags
import OCIRegistry

/// Which tags the images of a configuration claim, repository by repository: what would make a publish
/// fail, or move what is another's.
struct TagClaims {
    /// A template of one image in one channel.
    private struct Claim {
        var image: String
        var channel: Channel
        var template: Template
        var isRolling: Bool
        var node: ConfigurationNode
        /// What it gives for the sample that all claims share.
        var sample: String

        var owner: String { "image '\(image)' in channel \(channel.name) (line \(node.line))" }
        var sort: String { isRolling ? "rolling" : "immutable" }

        /// Whether both could give the same tag.
        func meets(_ other: Claim, foldingCase: Bool) -> Bool {
            func gives(_ claim: Claim, _ text: String) -> Bool {
                claim.template.canGive(text, in: claim.channel, foldingCase: foldingCase)
            }
            if template.isConstant { return gives(other, sample) }
            if other.template.isConstant { return gives(self, other.sample) }
            return foldingCase
                ? sample.lowercased() == other.sample.lowercased() : sample == other.sample
        }
    }

    /// What is wrong, repository by repository.
    private(set) var problems: [OCIError] = []

    /// Looks through the images of a document.
    init(_ images: [ImageRules], _ document: ConfigurationNode) {
        var claims: [ConfiguredRepository: [Claim]] = [:]
        var repositories: [ConfiguredRepository] = []
        for image in images {
            guard let node = document["images"]?[image.name] else { continue }
            let wanted = check(image, node)
            for repository in image.destinations {
                if claims[repository] == nil { repositories.append(repository) }
                claims[repository, default: []] += wanted
            }
        }
        var seen: Set<String> = []
        for repository in repositories {
            let foldsCase = repository.registry.dialect == .gitea
            for problem in Self.conflicts(claims[repository] ?? [], foldsCase: foldsCase)
            where seen.insert(problem.message).inserted { problems.append(problem) }
        }
    }

    /// The claims of one image, with what is wrong with each by itself.
    private mutating func check(_ image: ImageRules, _ node: ConfigurationNode) -> [Claim] {
        var claims: [Claim] = []
        for rules in image.channels {
            let channel = rules.channel
            let facts = Self.sample(channel)
            let tags = node["tags"]?[channel.name]
            for (key, templates) in [
                ("immutable", rules.tags.immutable), ("rolling", rules.tags.rolling),
            ] {
                for (template, item) in zip(templates, tags?[key]?.items ?? []) {
                    do throws(OCIError) {
                        let sample = try template.tag(facts).description
                        claims.append(
                            Claim(
                                image: image.name, channel: channel, template: template,
                                isRolling: key == "rolling", node: item, sample: sample))
                    } catch {
                        problems.append(item.error(error.message, error.advice ?? ""))
                        continue
                    }
                    if key == "immutable", !template.isUnique {
                        problems.append(
                            item.error(
                                "the immutable tag \"\(template)\" could be written only once",
                                "put {sha7}, {sha} or {version} in it, or make it a rolling one"))
                    }
                }
            }
            for key in ["labels", "annotations"] {
                for member in node[key]?.members ?? [] {
                    do throws(OCIError) {
                        _ = try Template(member.value.text()).text(facts)
                    } catch {
                        problems.append(member.value.error(error.message, error.advice ?? ""))
                    }
                }
            }
        }
        return claims
    }

    private static func conflicts(_ claims: [Claim], foldsCase: Bool) -> [OCIError] {
        var problems: [OCIError] = []
        for (index, claim) in claims.enumerated() {
            for other in claims[..<index] {
                let isSame = claim.meets(other, foldingCase: false)
                guard isSame || foldsCase && claim.meets(other, foldingCase: true) else { continue }
                if !isSame {
                    problems.append(
                        claim.node.error(
                            "\"\(claim.template)\" and \"\(other.template)\" of \(other.owner) "
                                + "differ only by case, which this registry does not tell apart",
                            "change one of them"))
                } else if claim.isRolling != other.isRolling {
                    problems.append(
                        claim.node.error(
                            "the \(claim.sort) tag \"\(claim.template)\" could be the "
                                + "\(other.sort) tag \"\(other.template)\" of \(other.owner)",
                            "a tag either moves or stays: change one of them"))
                } else if claim.isRolling {
                    problems.append(
                        claim.node.error(
                            "the rolling tag \"\(claim.template)\" belongs to \(other.owner) already",
                            "let one channel of one image move it"))
                } else if claim.image != other.image {
                    problems.append(
                        claim.node.error(
                            "the immutable tag \"\(claim.template)\" belongs to \(other.owner) already",
                            "images of one repository need tags of their own: put the image's name "
                                + "before it"))
                }
            }
        }
        return problems
    }

    /// Facts that every channel shares but for its name: a version that both schemes take.
    private static func sample(_ channel: Channel) -> PublishFacts {
        PublishFacts(
            channel: channel.name, revision: .sample,
            version: channel.versions.flatMap { Version(parsing: "2026.7.10", $0) })
    }
}

extension Revision {
    /// One with digits and letters.
    fileprivate static let sample: Revision = {
        guard let sample = try? Revision(String(repeating: "0f1e2d3c4b", count: 4)) else {
            preconditionFailure("40 digits are a revision")
        }
        return sample
    }()
}
