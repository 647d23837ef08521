import ArgumentParser
import Console
import ImageTags
import OCIRegistry

/// `publisher prune plan`.
struct PrunePlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Write down what could be deleted; delete nothing.",
        discussion: """
            Reads every tag and every manifest, marks what is needed, and writes the rest into a plan, \
            with all tags of each digest, why it goes, and the bytes that go with it. Whatever cannot \
            be read in full stops its repository.

            Ends with 0 where there is a plan, also an empty one or one that says why a repository was stopped; \
            10 where a registry was refused, because its release deletes too much.

            Examples:
              publisher prune plan --out plan.json --html plan.html
              publisher prune plan builder --out plan.json --valid-for 24h
            """)

    @Argument(
        help: ArgumentHelp(
            "Images of publisher.yaml, or HOST/REPOSITORY; all repositories of its 'retention' by "
                + "default.", valueName: "image|repo"))
    var subjects: [String] = []

    @Option(help: ArgumentHelp("Write the plan here.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Write a page for a browser here: what goes, what stays and why.", valueName: "file"))
    var html: String?

    @Option(
        help: ArgumentHelp("How long the plan may be carried out: 24h, 3d.", valueName: "span"))
    var validFor = "3d"

    @Flag(help: "Show everything that goes, not the first few.")
    var all = false

    @OptionGroup var prune: PruneOptions
    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        do { _ = try Age(validFor) } catch {
            throw ValidationError("--valid-for is a span such as 12h or 3d, not '\(validFor)'")
        }
    }

    func run() async throws {
        let validity = try Age(validFor).seconds
        let configuration = try await file.load()
        let targets = try configuration.pruneTargets(subjects)
        let session = try Session(
            connection, output, credentialsFor: targets.first?.reference.host,
            registries: configuration.registries, parallel: prune.parallel)
        let survey = try await prune.survey(session, configuration, targets)
        for warning in survey.warnings where !output.quiet {
            Terminal.writeError("publisher: note: \(warning)\n")
        }
        var outcomes: [PruneSurvey.Outcome] = []
        var failure: (any Error)?
        for target in targets {
            do {
                outcomes.append(try await survey.look(at: target))
            } catch {
                // One repository in doubt is no reason not to look at the others.
                failure = failure ?? error
                if targets.count > 1 {
                    Terminal.writeError("publisher: \(target.reference): nothing is planned\n")
                }
            }
        }
        if let failure, outcomes.isEmpty { throw failure }
        let plan = PrunePlan(
            outcomes.map(\.plan), limits: configuration.retention?.limits ?? .init(),
            created: PruneSurvey.now, validity: validity)
        if let html {
            try LocalFile.replace(
                html, with: Array(PruneReport(plan: plan, outcomes: outcomes).html.utf8),
                mode: .readableByAll, what: "the report",
                advice: "name a file in a folder that may be written to")
        }
        try deliver(plan, session)
        if let failure { throw failure }
    }

    private func deliver(_ plan: PrunePlan, _ session: Session) throws {
        if let out {
            try LocalFile.replace(
                out, with: plan.document, mode: .readableByAll, what: "the plan",
                advice: "name a file in a folder that may be written to")
        }
        if output.json {
            Terminal.write(plan.document)
        } else {
            Terminal.write(PlanTree(plan: plan, limit: all ? nil : 20).text)
            if let out { Terminal.write("\(plan.hash)  \(out)\n") }
        }
        try StepOutput(environment: session.environment).write(
            values: [("plan", "\(plan.hash)"), ("deletions", "\(plan.deletionCount)")],
            summary: "### Prune plan\n\n```\n\(PlanTree(plan: plan).text)```\n\n")
    }
}
