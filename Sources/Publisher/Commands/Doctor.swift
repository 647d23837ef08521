import ArgumentParser
import FoundationEssentials
import OCIRegistry

/// `publisher doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for what would make a publish fail, and tell the cure.",
        discussion: """
            Looks at publisher.yaml, the Docker Engine and the docker program, the room on disk, and at \
            each registry: its address, where its tokens come from, its clock, the release of a Gitea, \
            and whether the credentials may pull and push. Without arguments, all registries and \
            repositories of publisher.yaml.

            One line a check on standard output: ok, warning or problem, what was looked at, and what \
            was found; where something is wrong, why it matters and the cure. Exits 11 where there is a \
            problem, 78 where publisher.yaml is wrong; warnings are no failure.

            Nothing is written: to learn whether one may push, an upload is opened and cancelled at \
            once. What does not answer within ten seconds is given up, and nothing is tried twice.

            Examples:
              publisher doctor
              publisher doctor git.example.org/team/app --labels /etc/act_runner/config.yaml
            """)

    @Argument(
        help: ArgumentHelp(
            "Look at these alone: IMAGE of publisher.yaml, HOST/REPOSITORY, or HOST.",
            valueName: "image|repository"))
    var subjects: [String] = []

    @Option(
        help: ArgumentHelp(
            "See whether the images of a runner's labels are there: act_runner's config.yaml or "
                + ".runner. GITEA_RUNNER_LABELS is looked at too.", valueName: "file"))
    var labels: [String] = []

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let configuration = await ConfigurationCheck.run(file)
        let settings = configuration.configuration
        let targets =
            subjects.isEmpty
            ? settings.map(DoctorTarget.all) ?? []
            : try DoctorTarget.named(subjects, settings)
        let labels = await RunnerLabels(files: labels, environment: ProcessEnvironment.current)
        // As with a publish, an account that names no registry is for the first one alone.
        let session = try session(for: targets.first?.host ?? labels.host, settings)
        async let machine = Self.machine(session.environment)
        async let registries = concurrently(targets) { await RegistryCheck.run($0, session) }
        async let runner = RunnerCheck.run(labels, session)
        let report = DoctorReport(
            diagnoses: [configuration.diagnosis] + (await machine)
                + (await registries).flatMap { $0 } + (await runner))
        try Task.checkCancellation()
        do {
            try report.deliver(output)
        } catch {
            if let broken = configuration.error { throw ExitCode(broken.kind.exitStatus) }
            throw error
        }
    }

    /// What does not depend on any registry.
    private static func machine(_ environment: [String: String]) async -> [Diagnosis] {
        let docker = await DockerCheck.run(environment)
        let temporary = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var disks = [
            DiskCheck(.working, FileManager.default.currentDirectoryPath),
            DiskCheck(.temporary, temporary),
        ]
        if let root = docker.rootFolder { disks.append(DiskCheck(.docker, root)) }
        return docker.diagnoses + disks.map(\.diagnosis)
    }

    /// A session that gives up soon, and whose warnings are findings here.
    private func session(
        for host: RegistryHost?, _ configuration: Configuration?
    ) throws -> Session {
        var connection = connection
        connection.retryFor = 0
        connection.stallTimeout = min(connection.stallTimeout, 8)
        var output = output
        output.quiet = true
        return try Session(
            connection, output, credentialsFor: host,
            registries: configuration?.registries ?? [])
    }
}
