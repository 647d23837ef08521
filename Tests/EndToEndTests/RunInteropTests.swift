import Foundation
import TestSupport
import Testing

/// Records and signatures, read by programs that share no code with this one.
@Suite struct RunInteropTests {
    private static let digest = "sha256:\(String(repeating: "0", count: 64))"

    @Test(
        "securesystemslib and in-toto-attestation verify a record, and refuse it altered",
        .needs(.python))
    func python() async throws {
        let registry = try await LocalRegistryServer()
        let scene = try await RunScene(registry.host)
        _ = try await scene.start(in: "\(scene.host)/team/builder@\(Self.digest)")
        let app = try await scene.push("team/app:1", seed: 3)
        let finished = try await scene.run(
            "finish", "--published", "\(scene.host)/team/app:1", "--record", "run.json")
        try #require(finished.status == 0, "\(finished.stderr)")
        func check(_ file: String, key: String = "ledger.key.pub") async throws -> ChildResult {
            try await ChildProcess.run(
                ProgramCall(
                    Peers.python,
                    [
                        Peers.root + "scripts/verify-record", scene.program.home.file(key),
                        scene.program.home.file(file),
                    ]))
        }
        let result = try await check("run.json")
        #expect(result.status == 0, "\(result.stderr)")
        #expect(
            result.stdout.contains(app.dropFirst(7)) && result.stdout.contains("builder-manifest"))

        let text = String(decoding: try scene.program.home.read("run.json"), as: UTF8.self)
        try scene.program.home.write("type.json", text.replacing("vnd.in-toto+json", with: "json"))
        #expect(try await check("type.json").status != 0)
        try scene.program.home.write(
            "payload.json", text.replacing("\"payload\":\"ey", with: "\"payload\":\"ez"))
        #expect(try await check("payload.json").status != 0)
        _ = try await scene.program.run("run", "keygen", "other.key")
        #expect(try await check("run.json", key: "other.key.pub").status != 0)
        try await registry.stop()
    }

    @Test(
        "skopeo's policy accepts what was signed, and nothing else", .needs(.python),
        arguments: LocalSetup.open)
    func skopeo(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let scene = try await RunScene(registry.host, dialect: setup.dialect.rawValue)
        let home = scene.program.home
        let app = try await scene.push("team/app:1", seed: 3)
        let unsigned = try await scene.push("team/app:2", seed: 4)
        try home.write(
            "policy.json",
            """
            {"default": [{"type": "reject"}], "transports": {"docker": {"\(scene.host)/team/app":
            [{"type": "sigstoreSigned", "keyPath": "\(home.file("ledger.key.pub"))",
            "signedIdentity": {"type": "matchRepository"}}]}}}
            """)
        try home.write(
            "registries.d/local.yaml",
            "docker:\n  \(scene.host):\n    use-sigstore-attachments: true\n")
        func pull(_ digest: String) async throws -> ChildResult {
            let result = try await ChildProcess.run(
                ProgramCall(
                    Peers.skopeo,
                    [
                        "--policy", home.file("policy.json"), "--registries.d",
                        home.file("registries.d"), "copy", "--quiet", "--src-tls-verify=false",
                        "docker://\(scene.host)/team/app@\(digest)",
                        "dir:\(home.file("pulled-\(UUID())"))",
                    ]))
            // Debian 12 has built it without this; a script does the same there.
            guard result.stderr.contains("sigstore disabled") else { return result }
            let copy = home.file("signature-\(UUID())")
            let fetched = try await ChildProcess.run(
                ProgramCall(
                    "skopeo",
                    [
                        "copy", "--quiet", "--src-tls-verify=false", "--insecure-policy",
                        "docker://\(scene.host)/team/app:sha256-\(digest.dropFirst(7)).sig",
                        "dir:\(copy)",
                    ]))
            guard fetched.status == 0 else { return fetched }
            return try await ChildProcess.run(
                ProgramCall(
                    Peers.python,
                    [
                        Peers.root + "scripts/verify-signature", home.file("ledger.key.pub"), copy,
                        "\(scene.host)/team/app", digest,
                    ]))
        }
        #expect(try await pull(app).status != 0)
        let signed = try await scene.run("sign", "\(scene.host)/team/app@\(app)")
        #expect(signed.stdout == "\(scene.host)/team/app@\(app)\n", "\(signed.stderr)")
        let accepted = try await pull(app)
        #expect(accepted.status == 0, "\(accepted.stderr)")
        // Once is enough, and another image's signature is none.
        #expect(try await scene.run("sign", "\(scene.host)/team/app@\(app)").stdout.isEmpty)
        let moved = try await scene.program.run(
            "promote", "\(scene.host)/team/app:sha256-\(app.dropFirst(7)).sig", "--to",
            "sha256-\(unsigned.dropFirst(7)).sig")
        try #require(moved.status == 0, "\(moved.stderr)")
        #expect(try await pull(unsigned).status != 0)
        // Another key's signature does not do, and the right one beside it does.
        _ = try await scene.program.run("run", "keygen", "other.key")
        let other = try await scene.push("team/app:3", seed: 5)
        let image = "\(scene.host)/team/app@\(other)"
        let stranger = try await scene.program.run("run", "sign", "--key-file", "other.key", image)
        try #require(stranger.status == 0, "\(stranger.stderr)")
        #expect(try await pull(other).status != 0)
        let own = try await scene.run("sign", image)
        try #require(own.status == 0, "\(own.stderr)")
        #expect(try await pull(other).status == 0)
        try await registry.stop()
    }
}
