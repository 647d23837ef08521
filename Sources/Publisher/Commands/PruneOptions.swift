import ArgumentParser
import ImageTags
import OCIRegistry

/// How prune looks at registries.
struct PruneOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep manifests here for the next time, not in the user's cache. It can be deleted at any "
                + "time.", valueName: "dir"))
    var cache: String?

    @Option(help: ArgumentHelp("Requests at a time, 1 to 128.", valueName: "n"))
    var parallel = 64

    @Option(
        help: ArgumentHelp(
            "Keep what this file names too: a JSON list of {kind, digest, usedBy}, where kind is pin, "
                + "run, receipt, rollback or push.", valueName: "file"))
    var roots: [String] = []

    func validate() throws {
        if !(1...128).contains(parallel) { throw ValidationError("--parallel is from 1 to 128") }
    }

    /// A survey with everything that needs something of these repositories.
    func survey(
        _ session: Session, _ configuration: Configuration, _ targets: [PruneTarget]
    ) async throws -> PruneSurvey {
        // As many again wait their turn, so that no connection idles until a task has been woken.
        var survey = PruneSurvey(session, cache: documents(session), parallel: 2 * parallel)
        try await survey.addRoots(configuration, targets, files: roots)
        return survey
    }

    /// The cache.
    func documents(_ session: Session) -> DocumentCache {
        DocumentCache(folder: cache, environment: session.environment)
    }
}

/// `publisher prune`.
struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete what nothing needs, by a plan that can be read first and taken back.",
        discussion: """
            What publisher.yaml keeps of a repository, what files pin, what records of runs name, what \
            came a moment ago, and everything that these reach, stays; a repository without rules stays \
            as a whole. 'plan' never changes anything.
            """,
        subcommands: [
            PrunePlanCommand.self, PruneApplyCommand.self, PruneUndoCommand.self,
            PruneExplain.self,
        ])
}
