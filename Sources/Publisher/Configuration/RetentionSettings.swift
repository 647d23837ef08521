import ConfigurationFile
import ImageTags
import OCIRegistry

/// What prune keeps.
struct RetentionSettings: Sendable, Hashable {
    /// What is kept whatever the rules say.
    struct Roots: Sendable, Hashable {
        /// Files whose image references are kept, as paths with `*` and `**`.
        var pins: [String] = []
        /// How long what a run record names is kept.
        var ledger: Age?
        /// Receipts whose images are kept.
        var receipts: Receipts?
    }

    /// Receipts of publishes and promotions.
    struct Receipts: Sendable, Hashable {
        /// The files, as paths with `*` and `**`.
        var files: [String]
        /// How long what one names is kept.
        var age: Age
    }

    /// The rules of one repository.
    struct Policy: Sendable, Hashable {
        /// The repository.
        var repository: ConfiguredRepository
        /// What any of them takes is kept.
        var keep: [KeepRule]
    }

    /// How long nothing is deleted after it came.
    var grace: Age?
    /// How much one prune may delete.
    var limits = RetentionPolicy.Limits()
    /// Tags that are kept in every repository, whatever the rules say.
    var protected: [TagPattern] = []
    /// What is kept besides.
    var roots = Roots()
    /// One entry a repository; one that is not here is left alone.
    var repositories: [Policy] = []

    init(_ node: ConfigurationNode, _ names: ConfigurationNames) throws(OCIError) {
        grace = try node["grace"]?.value(Age.init)
        limits.count = try node["limits"]?["count"]?.number(0...1_000_000)
        limits.percent = try node["limits"]?["percent"]?.number(0...100)
        protected = try node["protect"]?.each { TagPattern($0) } ?? []
        roots.pins = try node["roots"]?["pins"]?.each { $0 } ?? []
        roots.ledger = try node["roots"]?["ledger"]?.value(Age.init)
        if let receipts = node["roots"]?["receipts"] {
            roots.receipts = Receipts(
                files: try receipts.required("files").each { $0 },
                age: try receipts.required("younger-than").value(Age.init))
        }
        for member in node["repositories"]?.members ?? [] {
            let repository = try names.repository(member.key, at: member)
            var keep: [KeepRule] = []
            for rule in try member.value.required("keep").items ?? [] {
                keep.append(try KeepRule(rule))
            }
            repositories.append(Policy(repository: repository, keep: keep))
        }
    }
}

extension KeepRule {
    init(_ node: ConfigurationNode) throws(OCIError) {
        let tags = try node["tags"]?.each { TagPattern($0) }
        let newest = try node["newest"]?.number(1...1_000_000)
        let age = try node["younger-than"]?.value(Age.init)
        switch (tags, node["versions"]) {
        case (let tags?, nil): self = .tags(tags, newest: newest, youngerThan: age?.seconds)
        case (nil, let versions?) where newest == nil && age == nil:
            self = .versions(
                VersionRule(
                    prefix: try versions["prefix"]?.text() ?? "",
                    minors: try versions.required("minors").number(1...10_000),
                    patches: try versions.required("patches").number(1...10_000),
                    prereleases: try versions["prereleases"]?.number(0...10_000)))
        case (nil, .some):
            throw node.error(
                "\"newest\" and \"younger-than\" do not go with \"versions\"",
                "use them with tags, in a rule of its own")
        default:
            throw node.error(
                "a rule keeps either tags or versions",
                "write {tags: [\"sha-*\"], newest: 10} or {versions: {minors: 3, patches: 2}}")
        }
    }
}
