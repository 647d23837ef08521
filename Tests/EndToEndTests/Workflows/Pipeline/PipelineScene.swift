import Foundation
import TestSupport
import Testing

/// A forge with this repository's CI in it, a registry with the builders, and a runner: a pipeline that can be run.
final class PipelineScene: Sendable {
    static let project = "roctinam/matric-memory"

    let engine: Engine
    let registry: LocalRegistryServer
    let forge: Forge
    let builders: PipelineBuilders
    /// What `publisher` on a developer's machine sees.
    let program: Program
    let runner: WorkflowRunner
    /// The working copy whose commits the forge has.
    let checkout: TemporaryFolder

    init(_ setup: LocalSetup = .pipeline) async throws {
        let builders = try await PipelineBuilders.shared
        self.builders = builders
        engine = try Engine()
        registry = try await LocalRegistryServer(setup, copyOf: builders.root)
        forge = try Forge(
            .init(
                read: "job-token-5f0e", dispatch: "dispatch-token-91c2",
                packages: "\(registry.user):\(registry.password)"))
        let (host, user, password) = (registry.host, registry.user, registry.password)
        program = try Program(environment: [
            "REGISTRY_USER": user, "REGISTRY_TOKEN": password, "DOCKER_HOST": engine.address,
        ])
        try await engine.login(host, user, password)
        try await program.run("run", "keygen", "ledger.key").checked()
        checkout = try TemporaryFolder(prefix: "checkout")

        var runner = WorkflowRunner(
            engine: engine, server: forge.address, repository: Self.project)
        runner.variables = [
            "BUILDER": "\(host)/\(PipelineBuilders.repository)@\(builders.builder)",
            "BUILDER_GPU": "\(host)/\(PipelineBuilders.repository)@\(builders.builderGPU)",
            "REGISTRY_USER": user, "BUILD_ARGS": builders.arguments, "BUILD_NETWORK": "host",
            "MIN_FREE_GB": "1", "RETRY_SECONDS": "2",
        ]
        runner.secrets = [
            "REGISTRY_TOKEN": password, "LEDGER_SIGNING_KEY": try program.home.text("ledger.key"),
            "DISPATCH_TOKEN": "dispatch-token-91c2",
        ]
        // What the NVIDIA container toolkit would mount into a container with `--gpus all`.
        let smi = try program.home.write(
            "nvidia-smi", "#!/bin/sh\necho 'GPU 0: Stand-in (UUID: GPU-0)'\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: smi)
        runner.mounts["matric-builder-gpu"] = ["\(smi):/usr/local/bin/nvidia-smi:ro"]
        self.runner = runner
        try await fill()
    }

    /// Puts the CI's files into the working copy, with this registry's address.
    private func fill() async throws {
        let root = Peers.root
        for name in [".gitea", "build"] {
            try await tool("cp", "-a", "\(root)\(name)", checkout.file(name))
        }
        let text = try String(contentsOfFile: "\(root)publisher.yaml", encoding: .utf8)
            .replacing("git.integrolabs.net", with: registry.host)
        try checkout.write("publisher.yaml", text)
        try program.home.write("publisher.yaml", text)
        try await git("-c", "init.defaultBranch=main", "init", "--quiet")
        _ = try await commit("Begin")
    }

    /// Commits what the working copy holds, and pushes it; gives the commit.
    func commit(_ subject: String, branch: String = "main") async throws -> String {
        try await git("add", "--all", "--force")
        try await git("commit", "--quiet", "--allow-empty", "--message", subject)
        let bare = forge.folder.file("\(Self.project).git")
        if !FileManager.default.fileExists(atPath: bare) {
            try await tool("git", "init", "--quiet", "--bare", bare)
            try await tool("git", "-C", bare, "config", "uploadpack.allowAnySHA1InWant", "true")
        }
        try await git("push", "--quiet", "--force", bare, "HEAD:refs/heads/\(branch)")
        return try await git("rev-parse", "HEAD")
    }

    @discardableResult
    func git(_ arguments: String...) async throws -> String {
        let call = ProgramCall(
            "git",
            ["-C", checkout.path, "-c", "user.name=T", "-c", "user.email=t@example.org"] + arguments
        )
        let result = try await ChildProcess.run(call).checked()
        return result.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A workflow of the working copy.
    func workflow(_ name: String) throws -> Workflow {
        try WorkflowFiles.read(name, in: checkout.path)
    }

    /// `HOST/roctinam/matric-memory`.
    var repository: String { "\(registry.host)/\(Self.project)" }

    /// What a repository's tags name.
    func tags(_ name: String = project) async throws -> [String: String] {
        let result = try await program.run("tags", "--digests", "\(registry.host)/\(name)")
        guard result.status == 0 else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: result.stdout.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                return words.count >= 2 ? (words[0], words[1]) : nil
            })
    }

    /// The registry again, after it was stopped, where it was and with what it had.
    func registryAgain() async throws -> LocalRegistryServer {
        var setup = registry.setup
        setup.listen = registry.host
        return try await LocalRegistryServer(setup, copyOf: registry.root)
    }

    /// Takes out of the engine what this pipeline left there.
    func end() async throws {
        let lines = try await engine.docker(
            "images", "--digests", "--format", "{{.Repository}}@{{.Digest}}")
        for name in Set(lines.split(separator: "\n")) where name.hasPrefix("\(registry.host)/") {
            try await engine.docker("image", "rm", String(name))
        }
    }

    /// Runs `publisher run …` as somebody who looks into the ledger.
    func ledger(_ arguments: String...) async throws -> ChildResult {
        let key = ["LEDGER_SIGNING_KEY": try program.home.text("ledger.key")]
        return try await ChildProcess.run(program.call(["run"] + arguments, key))
    }
}

/// No step was given a secret, and none stands in what any step wrote.
func expectNoSecrets(
    _ result: WorkflowResult, _ runner: WorkflowRunner, inEnvironments: Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for step in result.steps {
        for (name, secret) in runner.secrets {
            #expect(
                !step.log.contains(secret), "\(step.name): \(name)", sourceLocation: sourceLocation)
            guard inEnvironments else { continue }
            #expect(
                !step.environment.values.contains { $0.contains(secret) }, "\(step.name): \(name)",
                sourceLocation: sourceLocation)
        }
        #expect(!step.log.contains(runner.token), "\(step.name)", sourceLocation: sourceLocation)
    }
}

/// Everything that ran went well; ends the test with the steps that did not, otherwise.
func expectGreen(
    _ result: WorkflowResult, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let isGreen = result.isGreen
    try #require(isGreen, "\(result.failures)", sourceLocation: sourceLocation)
}
