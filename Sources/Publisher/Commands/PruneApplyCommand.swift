import ArgumentParser
import Console
import ImageTags
import OCIRegistry

/// `publisher prune apply`.
struct PruneApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Carry a plan out: delete what it names, and nothing else.",
        discussion: """
            The repository is read anew. What a plan made now would not delete, stays, and so does what \
            changes until the very call; what names something goes before it. Blobs are never deleted. \
            The manifests are written into a journal before each call. Afterwards everything that stays \
            is walked again.

            The same call goes on with a plan that was broken off. A plan past a limit wants its hash \
            with --confirm.

            Ends with 0: done, and whatever changed was left alone; 10: refused, nothing was deleted; \
            11: the plan is stale, or somebody else's writing had to be put right; 76: the registry does \
            not delete.

            Example:
              publisher prune apply plan.json
            """)

    @Argument(help: ArgumentHelp("The plan.", valueName: "plan"))
    var plan: String

    @Option(help: ArgumentHelp("Write the journal here, not into PLAN.journal.", valueName: "file"))
    var journal: String?

    @Option(
        help: ArgumentHelp("The plan's hash, where it goes past a limit.", valueName: "hash"))
    var confirm: String?

    @OptionGroup var prune: PruneOptions
    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let plan = try PlanFile.read(self.plan)
        try check(plan)
        let configuration = try await file.load()
        let targets = try targets(plan, configuration)
        let session = try Session(
            connection, output, credentialsFor: targets.first?.reference.host,
            registries: configuration.registries, parallel: prune.parallel)
        let survey = try await prune.survey(session, configuration, targets)
        let path = journal ?? "\(self.plan).journal"
        let earlier = try JournalReading(path)
        let opened = try PruneJournal(path, for: plan.hash)
        let isQuiet = output.quiet
        let apply = PruneApply(survey: survey, plan: plan, journal: opened, earlier: earlier) {
            if !isQuiet { Terminal.writeError("\($0)\n") }
        }
        try await apply.run(targets).deliver(output, session)
    }

    private func check(_ plan: PrunePlan) throws {
        guard plan.expires > PruneSurvey.now else {
            throw Difference(
                message: "\(self.plan): the plan expired at \(plan.expires)",
                advice: "make another one with 'publisher prune plan'")
        }
        if let confirm, confirm != "\(plan.hash)" {
            throw PolicyRefusal(
                "\(self.plan): its hash is \(plan.hash), not what --confirm says",
                advice: "look at the plan, and type its own hash")
        }
        guard plan.exceeded.isEmpty || confirm != nil else {
            throw PolicyRefusal(
                "\(self.plan): \(plan.exceeded.joined(separator: "; "))",
                advice: "look at the plan; if it is right, add --confirm \(plan.hash)")
        }
    }

    private func targets(
        _ plan: PrunePlan, _ configuration: Configuration
    ) throws -> [PruneTarget] {
        let targets = try configuration.pruneTargets(plan.repositories.map(\.repository))
        for part in plan.repositories {
            let target = targets.first { "\($0.reference)" == part.repository }
            guard target?.policy.hash == part.policy else {
                throw Difference(
                    message: "\(part.repository): the rules are not those of the plan any more",
                    advice: "make another one with 'publisher prune plan'")
            }
        }
        return targets
    }
}

/// `publisher prune undo`.
struct PruneUndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take a prune back by its journal.",
        discussion: """
            Puts the manifests back, then their tags, for as long as the registry keeps their blobs: on \
            Gitea for a day, elsewhere until garbage is collected. A tag that names something else by \
            now is left alone. What is put back counts as new: rules that keep the newest keep it before \
            what was there all the time.

            Ends with 0: all is there again; 11: something is not, and is named.

            Example:
              publisher prune undo plan.json.journal
            """)

    @Argument(help: ArgumentHelp("The journal.", valueName: "journal"))
    var journal: String

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        guard let reading = try JournalReading(journal) else {
            throw OCIError(
                .notFound, "there is no such journal, or nothing in it", subject: journal,
                advice: "'publisher prune apply' writes it beside the plan")
        }
        let configuration = try await file.loadIfThere()
        let first = try reading.entries.first.map { try Reference(parsing: $0.repository) }
        let session = try Session(
            connection, output, credentialsFor: first?.host,
            registries: configuration?.registries ?? [])
        let isQuiet = output.quiet
        let undo = PruneUndo(session: session, journal: reading) {
            if !isQuiet { Terminal.writeError("\($0)\n") }
        }
        if reading.isUnfinished {
            Terminal.writeError(
                "publisher: warning: the last line of \(journal) is unfinished: the prune was ended, or this "
                    + "is not the whole file\n")
        }
        let report = try await undo.run()
        if output.json {
            Terminal.write(JSON.encode(report, pretty: true) + [0x0a])
        } else {
            Terminal.write(
                "\(report.restored.count) put back, \(report.there.count) were there, "
                    + "\(report.lost.count) lost\n")
        }
        guard report.lost.isEmpty, report.taken.isEmpty else {
            let lost = report.lost.map { "\($0.digest): \($0.note)" }
            let taken = report.taken.map { "\($0) names something else by now" }
            throw Difference(
                message: "not all is as before\n  " + (lost + taken).joined(separator: "\n  "),
                advice: "push what is lost again; move a tag with 'publisher promote'")
        }
    }
}
