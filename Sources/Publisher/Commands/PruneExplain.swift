import ArgumentParser
import Console
import ImageTags
import OCIRegistry

/// `publisher prune explain`.
struct PruneExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Tell why something stays or goes.",
        discussion: """
            Shows the way from what needs it: the rule, the file or the run, and the manifests between. \
            With a plan nothing is asked of a registry; else the repository is read anew.

            Examples:
              publisher prune explain git.example.org/team/app:sha-0123abc
              publisher prune explain sha256:… --plan plan.json
            """)

    @Argument(
        help: ArgumentHelp(
            "A digest or a tag; without --plan, IMAGE:TAG or HOST/REPOSITORY[:TAG][@DIGEST].",
            valueName: "digest|tag"))
    var subject: String

    @Option(help: ArgumentHelp("Look into this plan.", valueName: "file"))
    var plan: String?

    @OptionGroup var prune: PruneOptions
    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        if let plan {
            try explain(try PlanFile.read(plan).repositories, Self.selector(subject))
        } else {
            try await explainAnew()
        }
    }

    private func explainAnew() async throws {
        let configuration = try await file.load()
        let name: String
        let selector: Substring
        if let at = subject.firstIndex(of: "@") {
            let before = subject[..<at]
            let colon = before.lastIndex(of: ":").flatMap { before[$0...].contains("/") ? nil : $0 }
            name = String(before[..<(colon ?? at)])
            selector = subject[subject.index(after: at)...]
        } else if let colon = subject.lastIndex(of: ":"), !subject[colon...].contains("/"),
            !subject.hasPrefix("sha256:"), !subject.hasPrefix("sha512:")
        {
            name = String(subject[..<colon])
            selector = subject[subject.index(after: colon)...]
        } else {
            name = ""
            selector = subject[...]
        }
        let targets = try configuration.pruneTargets(name.isEmpty ? [] : [name])
        let session = try Session(
            connection, output, credentialsFor: targets.first?.reference.host,
            registries: configuration.registries, parallel: prune.parallel)
        let survey = try await prune.survey(session, configuration, targets)
        var plans: [RepositoryPlan] = []
        for target in targets { plans.append(try await survey.look(at: target).plan) }
        try explain(plans, selector)
    }

    /// What was found, as a plan has it.
    private struct Found: Encodable {
        var repository: String
        var kept: Kept?
        var deletion: Deletion?
        /// Why all of the repository stays.
        var stopped: String?
    }

    private func explain(_ plans: [RepositoryPlan], _ selector: Substring) throws {
        let digest = try? Digest(parsing: selector)
        let tag = digest == nil ? try Tag(selector) : nil
        var texts: [String] = []
        var found: [Found] = []
        for plan in plans {
            let explain = ExplainText(plan: plan)
            if let reason = plan.stopped {
                texts.append("\(plan.repository)\nstays, as all of it does: \(reason)\n")
                found.append(Found(repository: plan.repository, stopped: reason))
            } else if let digest = digest ?? tag.flatMap(explain.digest),
                let text = explain.text(digest)
            {
                texts.append(text)
                found.append(
                    Found(
                        repository: plan.repository,
                        kept: plan.kept.first { $0.digest == digest },
                        deletion: plan.deletions.first { $0.digest == digest }))
            }
        }
        guard !texts.isEmpty else {
            throw OCIError(
                .notFound, "nothing of that name was there", subject: subject,
                advice: "'publisher tags HOST/REPOSITORY --digests' lists what is there")
        }
        if output.json {
            Terminal.write(JSON.encode(found, pretty: true) + [0x0a])
        } else {
            Terminal.write(texts.joined(separator: "\n"))
        }
    }

    private static func selector(_ text: String) -> Substring {
        if let at = text.firstIndex(of: "@") { return text[text.index(after: at)...] }
        guard text.contains("/"), let colon = text.lastIndex(of: ":") else { return text[...] }
        return text[text.index(after: colon)...]
    }
}
