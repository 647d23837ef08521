import Foundation
import TestSupport
import Testing

/// The program in a home where nothing of this machine's Docker counts: an engine that is played, and a
/// `docker` that prints what a test says.
struct DoctorScene {
    let program: Program
    let engine: EmulatedEngine

    init(
        oldestAPI: String = "1.24", newestAPI: String = "1.51", clientAPI: String = "1.51",
        docker: String? = nil
    ) throws {
        program = try Program()
        engine = try EmulatedEngine(
            [:],
            facts: .init(
                release: "28.5.1", versions: (oldestAPI, newestAPI),
                rootFolder: "/nowhere/docker"))
        let printed =
            #"{"Version":"28.5.0","ApiVersion":"\#(oldestAPI)","DefaultAPIVersion":"\#(clientAPI)"}"#
        let script = docker ?? "[ \"$1\" = version ] && echo '\(printed)'"
        let path = try program.home.write("bin/docker", "#!/bin/sh\n\(script)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    /// Writes a configuration with one registry and one image there, whose account is in `RU` and `RP`.
    func configure(_ host: String, _ settings: String = "", dialect: String = "oci") throws {
        let text = """
            registries:
              main: {host: "\(host)", dialect: \(dialect), username-env: RU, password-env: RP\(settings)}
            channels:
              dev: {on: refs/heads/main}
            images:
              app:
                repository: main/team/app
                tags:
                  dev: {immutable: ["sha-{sha7}"], rolling: [dev]}
            """
        try program.home.write("publisher.yaml", text)
    }

    /// The same for a local registry.
    func configure(_ registry: LocalRegistryServer, _ settings: String = "") throws {
        let authority = registry.authorityFile.map { ", ca-file: \"\($0)\"" } ?? ""
        try configure(
            registry.host, authority + settings, dialect: registry.setup.dialect.rawValue)
    }

    func doctor(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> ChildResult {
        let always = [
            "DOCKER_HOST": engine.address, "PATH": "\(program.home.path)/bin:/usr/bin:/bin",
        ]
        let call = program.call(["doctor"] + arguments, always.merging(environment) { $1 })
        return try await ChildProcess.run(call, timeout: 120)
    }

    /// The account of a local registry.
    func account(_ registry: LocalRegistryServer) -> [String: String] {
        registry.setup.authentication == .none
            ? [:] : ["RU": registry.user, "RP": registry.password]
    }
}

/// One finding has these texts, why it matters and a cure; and the exit code fits how bad it is.
func expectFinding(
    _ result: ChildResult, _ severity: String, _ check: String, says texts: String...,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let status: Int32 = severity == "problem" ? 11 : 0
    #expect(
        result.status == status, "\(result.stdout)\(result.stderr)", sourceLocation: sourceLocation)
    let lines = result.stdout.components(separatedBy: "\n")
    let place = lines.indices.first { index in
        lines[index].hasPrefix(severity) && lines[index].contains(" \(check) ")
            && index + 2 < lines.count
            && texts.allSatisfy { lines[index...(index + 2)].joined().contains($0) }
    }
    guard let place else {
        Issue.record(
            "no \(severity) of \(check) says \(texts): \(result.stdout)",
            sourceLocation: sourceLocation)
        return
    }
    #expect(lines[place + 1].hasPrefix("  why:  "), sourceLocation: sourceLocation)
    #expect(lines[place + 2].hasPrefix("  cure: "), sourceLocation: sourceLocation)
}
