import Foundation
import TestSupport
import Testing

/// Looks for every secret in everything that the program lets out: both outputs at their most
/// talkative, the files of a workflow's step, and the process list.
@Suite(.serialized) struct SecrecySweepTests {
    /// One way to have credentials.
    enum Kind: CaseIterable {
        case passwordOnStandardInput, environment, configurationFile, identityToken, bearerToken
        case credentialHelper, basicOnly
    }

    private static let password = "pa55-w0rd-77ab/+ü"
    private static let identity = "1dentity-31cc"
    private static let bearer = "b3arer-99ef"
    /// What must be seen nowhere.
    private static let secrets: [String] = {
        let pair = Data("ci:\(password)".utf8).base64EncodedString()
        let encoded = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return [
            password, pair, encoded, identity, bearer, "scripted-token-",
            Data(password.utf8).base64EncodedString(),
        ]
    }()

    private struct Run {
        var status: Int32
        var trace: String
    }

    /// Runs the program with the credentials and gathers all that it lets out.
    private func run(
        _ scene: Scene, _ kind: Kind, _ arguments: [String], source: ScriptedRegistry? = nil
    ) async throws -> Run {
        var more = arguments + ["-v"]
        var stdin: String?
        var environment = [
            "GITHUB_OUTPUT": scene.program.home.file("output"),
            "GITHUB_STEP_SUMMARY": scene.program.home.file("summary"),
            "PATH": "\(scene.program.home.file("bin")):/usr/bin:/bin",
        ]
        let pair = Data("ci:\(Self.password)".utf8).base64EncodedString()
        var entry: String?
        switch kind {
        case .passwordOnStandardInput:
            more += ["--username", "ci", "--password-stdin"]
            stdin = Self.password + "\n"
        case .environment, .basicOnly:
            environment["PUBLISHER_USERNAME"] = "ci"
            environment["PUBLISHER_PASSWORD"] = Self.password
        case .configurationFile: entry = #""auth":"\#(pair)""#
        case .identityToken: entry = #""identitytoken":"\#(Self.identity)""#
        case .bearerToken: entry = #""registrytoken":"\#(Self.bearer)""#
        case .credentialHelper: break
        }
        let hosts = [scene.registry.host] + (source.map { [$0.host] } ?? [])
        let list = hosts.map { #""\#($0)":{\#(entry ?? #""auth":"\#(pair)""#)}"# }
        if kind == .credentialHelper {
            try scene.program.home.write(".docker/config.json", #"{"credsStore":"sweep"}"#)
        } else if entry != nil || source != nil {
            try scene.program.home.write(
                ".docker/config.json", "{\"auths\":{\(list.joined(separator: ","))}}")
        }
        let process = try ChildProcess(scene.program.call(more, stdin: stdin, environment))
        var seen = ""
        while process.isRunning {
            seen +=
                (try? String(contentsOfFile: "/proc/\(process.pid)/cmdline", encoding: .utf8)) ?? ""
            try await Task.sleep(for: .milliseconds(20))
        }
        let result = try await process.wait()
        for name in ["output", "summary", "seen"] {
            seen +=
                (try? String(contentsOfFile: scene.program.home.file(name), encoding: .utf8)) ?? ""
        }
        #expect(result.stderr.contains("publisher: debug: "))
        let trace = seen + result.stdout + result.stderr
        return Run(status: result.status, trace: trace.replacing("\0", with: " "))
    }

    private func expectSilence(_ run: Run, _ what: String) {
        for secret in Self.secrets {
            #expect(!run.trace.contains(secret), "\(what): \(secret) in \(run.trace)")
        }
    }

    private func scene(_ kind: Kind) throws -> Scene {
        var tokens = TokenAuth(user: "ci", password: Self.password)
        tokens.refreshToken = Self.identity
        let auth: RegistryAuth =
            kind == .basicOnly ? .basic(user: "ci", password: Self.password) : .token(tokens)
        let scene = try Scene(auth: auth)
        // Tells what its caller passes as arguments, and what it is called as.
        let helper = """
            #!/bin/sh
            tr '\\0' ' ' </proc/$$/cmdline >>\(scene.program.home.file("seen"))
            tr '\\0' ' ' </proc/$PPID/cmdline >>\(scene.program.home.file("seen"))
            cat >/dev/null
            printf '%s' '{"Username":"ci","Secret":"\(Self.password)"}'

            """
        let path = try scene.program.home.write("bin/docker-credential-sweep", helper)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return scene
    }

    @Test(arguments: Kind.allCases)
    func nothingIsLetOut(kind: Kind) async throws {
        let scene = try scene(kind)
        let push = ["push", scene.archive, scene.destination, "--retry-for", "1"]
        // The fake registry takes no token but its own.
        let accepted = kind != .bearerToken
        let first = try await run(scene, kind, push)
        var listed = first.trace.contains("publisher push")
        #expect((first.status == 0) == accepted, "\(first.trace)")
        expectSilence(first, "success")
        scene.registry.setTag("team/app", "dev", to: nil)

        // A registry that repeats in its answers what it was sent.
        for status in [400, 403, 404, 429, 500] {
            scene.registry.clearFaults()
            scene.registry.inject(
                Fault(
                    method: "PUT", pathContains: "/manifests/", times: 100,
                    .status(status, body: errorDocument("X", mentioning(kind)))))
            let failure = try await run(scene, kind, push)
            listed = listed || failure.trace.contains("publisher push")
            #expect(failure.status != 0)
            expectSilence(failure, "status \(status)")
        }

        #expect(listed, "the process list was looked at")

        // A refusal of the credentials themselves, and a signed URL.
        scene.registry.clearFaults()
        scene.registry.revokeTokens()
        scene.registry.inject(
            Fault(
                pathContains: "/team/", times: 100,
                .status(401, body: errorDocument("X", mentioning(kind)))))
        expectSilence(try await run(scene, kind, push), "refused")
        scene.registry.clearFaults()
        scene.registry.inject(
            Fault(
                method: "HEAD", times: 100,
                .status(
                    307, headers: ["Location": "ftp://ci:\(Self.identity)@h/?sig=\(Self.bearer)"])))
        expectSilence(try await run(scene, kind, push), "redirect")
    }

    /// What a registry can know of a client: what that client sent.
    private func mentioning(_ kind: Kind) -> String {
        let pair = Data("ci:\(Self.password)".utf8).base64EncodedString()
        return switch kind {
        case .identityToken: Self.identity
        case .bearerToken: Self.bearer
        default: "\(Self.password) Basic \(pair)"
        }
    }

    @Test func aSourceThatRepeatsItsCredentialsIsNotQuoted() async throws {
        let scene = try scene(.configurationFile)
        let tokens = TokenAuth(user: "ci", password: Self.password)
        for verb in ["copy", "inspect"] {
            let source = try ScriptedRegistry(auth: .token(tokens))
            try OCILayout.image(scene.image).put(into: source, "lib/app", tags: ["v"])
            let said = errorDocument("DENIED", "Bearer scripted-token-1 is no good")
            source.inject(
                Fault(method: "GET", pathContains: "/blobs/", times: 100, .status(403, body: said)))
            let arguments =
                [verb, "\(source.host)/lib/app:v"] + (verb == "copy" ? [scene.destination] : [])
            let failure = try await run(scene, .configurationFile, arguments, source: source)
            #expect(failure.status == 77, "\(failure.trace)")
            #expect(failure.trace.contains("DENIED"))
            expectSilence(failure, arguments[0])
        }
    }
}
