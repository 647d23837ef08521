import ArgumentParser
import FoundationEssentials
import ImageTags
import OCIRegistry

/// `publisher pin`.
struct Pin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Pin image references in files to digests, and keep images.lock.",
        discussion: """
            Looks into Dockerfiles, compose files and their .env, workflows of Gitea, GitHub and Forgejo, \
            actions, runners' configurations, Kubernetes manifests and publisher.yaml, in the current \
            folder or the paths given. Each reference gets the digest of its tag, the index's where there \
            is one; nothing else in the file changes. What cannot be pinned is listed with the reason.

            Without an option digests are added where there are none; those that are there are looked \
            for, and left. --update moves them to what their tags are now. --check writes nothing and \
            exits 11 with a line for each reference that is unpinned, stale, dead, or held by nothing but a \
            rolling tag; with --locked it compares with images.lock and asks no registry.

            images.lock stands at the top: the folder with .git, else the current one. Paths are told from \
            there. Exits 65 where a file could not be read, 69 where a registry could not be: what could \
            be is done then.

            Examples:
              publisher pin
              publisher pin --update --diff
              publisher pin --check --locked build .gitea
            """)

    @Argument(help: ArgumentHelp("Files and folders to look into.", valueName: "path"))
    var paths: [String] = []

    @Flag(help: "Move digests that are there to what the tags are now.")
    var update = false

    @Flag(help: "Write nothing; exit 11 where a reference is not pinned as it should be.")
    var check = false

    @Flag(help: "With --check: ask no registry, compare with images.lock.")
    var locked = false

    @Flag(help: "Write nothing; print what would be written as a patch.")
    var diff = false

    @Option(
        help: ArgumentHelp(
            "Pin to this platform's image instead of the index.", valueName: "os/arch[/variant]"))
    var platform: String?

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if locked && !check { throw ValidationError("--locked goes with --check") }
        if check && update { throw ValidationError("--check or --update, not both") }
        if check && diff { throw ValidationError("--check or --diff, not both") }
    }

    func run() async throws {
        let mode: PinPlan.Mode = locked ? .locked : check ? .check : update ? .update : .add
        let plan = PinPlan(mode, platform: try platform.map { try Platform(parsing: $0) })
        let tree = try SourceTree(
            paths, currentFolder: FileManager.default.currentDirectoryPath)
        let job = PinJob(
            tree: tree, plan: plan, action: check ? .check : diff ? .show : .write,
            lockfile: "images.lock")
        // A lockfile is all that --locked needs.
        guard !locked else {
            let report = try await job.run { _, known in .init(facts: known) }
            return try report.deliver(output, requests: [:])
        }
        let settings = try await file.loadIfThere()
        // An account that names no registry is for the first one of publisher.yaml alone.
        let session = try Session(
            connection, output,
            credentialsFor: settings?.registries.first?.host ?? RegistryHost("none.invalid"),
            registries: settings?.registries ?? [])
        let report = try await job.run { uses, known in
            try await ImageResolver(session: session, configuration: settings, known: known)
                .resolve(plan, uses)
        }
        try report.deliver(output, requests: session.statistics.requests)
    }
}
