import Foundation
import TestSupport
import Testing

/// What a local registry is started with.
struct LocalSetup: Sendable, CustomTestStringConvertible {
    enum Dialect: String { case oci, gitea }
    enum Authentication: String { case none, basic, token }

    var dialect = Dialect.oci
    var authentication = Authentication.none
    var isTLS = false
    var anonymousPull = false
    var giteaVersion: String?
    /// What it believes to be reached as.
    var externalURL: String?
    /// What goes wrong on purpose, as a file of faults has it.
    var faults: String?
    /// Where it listens; a free port unless told otherwise.
    var listen = "127.0.0.1:0"

    /// Everybody may do everything, over plain HTTP.
    static let open = [LocalSetup(dialect: .oci), LocalSetup(dialect: .gitea)]
    /// Tokens, over TLS.
    static let guarded = [LocalSetup.Dialect.oci, .gitea].map {
        LocalSetup(dialect: $0, authentication: .token, isTLS: true)
    }
    /// Both, and passwords with each request.
    static let all = open + guarded + [LocalSetup(authentication: .basic)]
    /// Those before the usual one.
    static let olderGiteas = ["1.24", "1.25.0"].map {
        LocalSetup(dialect: .gitea, authentication: .token, giteaVersion: $0)
    }

    var testDescription: String {
        "\(dialect.rawValue) \(giteaVersion ?? ""), \(authentication.rawValue)"
            + (isTLS ? ", TLS" : "") + (anonymousPull ? ", anonymous pull" : "")
    }

    /// The options of `serve`.
    fileprivate var options: [String] {
        var options = ["--dialect", dialect.rawValue, "--auth", authentication.rawValue]
        if isTLS { options.append("--tls") }
        if anonymousPull { options.append("--anonymous-pull") }
        if let giteaVersion { options += ["--gitea-version", giteaVersion] }
        if let externalURL { options += ["--external-url", externalURL] }
        return options
    }
}

/// The built `local-registry`, serving a folder of its own on a free port.
final class LocalRegistryServer: Sendable {
    /// What `make test` names, else what `swift build` leaves.
    static let path: String = {
        if let named = Peers.environment["LOCAL_REGISTRY_BIN"] { return named }
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: ".build/debug/local-registry").path()
    }()

    /// The only user, where there are any.
    let user = "ci"
    let password = "local-pa55-77f0"
    let setup: LocalSetup
    /// The host and port.
    let host: String
    private let folder: TemporaryFolder
    private let server: ChildProcess

    /// Starts it and waits until it says where it is; with a copy of another registry's folder, where one is
    /// given.
    init(_ setup: LocalSetup = LocalSetup(), copyOf other: String? = nil) async throws {
        self.setup = setup
        folder = try TemporaryFolder(prefix: "local-registry")
        let root = folder.file("root")
        if let other { try await tool("cp", "-a", "--reflink=auto", other, root) }
        if setup.authentication != .none {
            let add = ["user", "add", user, "--root", root, "--password-stdin"]
            try await ChildProcess.run(
                ProgramCall(Self.path, add, stdin: Array("\(password)\n".utf8))
            ).checked()
        }
        var serve = ["serve", "--root", root, "--listen", setup.listen] + setup.options
        if let faults = setup.faults {
            serve += ["--faults", try folder.write("faults.yaml", faults)]
        }
        let server = try ChildProcess(ProgramCall(Self.path, serve))
        self.server = server
        let start = "serving \(root) at \(setup.isTLS ? "https" : "http")://"
        let deadline = ContinuousClock.now + .seconds(20)
        while !server.stdout.contains("\npage: ") {
            guard server.isRunning, ContinuousClock.now < deadline else {
                throw SupportError("no start: \(server.stdout)\(server.stderr)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let line = server.stdout.prefix { $0 != "\n" }
        try #require(line.hasPrefix(start), "\(line)")
        host = String(line.dropFirst(start.count))
    }

    /// The folder that it serves.
    var root: String { folder.file("root") }

    /// The authority to trust, where TLS is served.
    var authorityFile: String? { setup.isTLS ? folder.file("root/tls/ca.pem") : nil }

    /// The requests so far, from the log. A line is written after its reply, so the last may be
    /// missing.
    var accesses: [Access] {
        server.stderr.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(where: { $0.hasPrefix("/v2/") }) else { return nil }
            return Access(method: String(words[place - 1]), path: String(words[place]))
        }
    }

    /// Ends it as a service manager does, upon which it exits with 0, and has the folder checked.
    func stop(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        server.signal(SIGTERM)
        let result = try await server.wait(timeout: 15)
        #expect(result.status == 0, "\(result.stderr)", sourceLocation: sourceLocation)
        let failures = result.stderr.split(separator: "\n").filter { $0.contains(" error ") }
        #expect(failures.isEmpty, sourceLocation: sourceLocation)
        #expect(!result.stderr.contains(password), sourceLocation: sourceLocation)
        let check = try await ChildProcess.run(
            ProgramCall(Self.path, ["check", "--root", folder.file("root")]))
        #expect(check.status == 0, "\(check.stdout)", sourceLocation: sourceLocation)
    }
}
