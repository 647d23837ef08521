import Foundation
import Glibc
import TestSupport
import Testing

@Suite("local-registry serve")
struct ServeTests {
    @Test("It says where it listens, and serves there")
    func announces() async throws {
        let serving = try await LocalProgram().serve()
        #expect(serving.port > 0)
        let lines = serving.child.stdout.split(separator: "\n")
        #expect(
            lines == [
                "serving root at \(serving.url)", "dialect: OCI; authentication: none",
                "page: \(serving.url)/",
            ])
        let status = try await serving.status("/v2/")
        #expect(status == "200")
    }

    @Test("With TLS it names the authority that clients are to trust")
    func authority() async throws {
        let program = try LocalProgram()
        let serving = try await program.serve("--tls")
        #expect(serving.url.hasPrefix("https://"))
        #expect(serving.child.stdout.contains("clients trust it with: root/tls/ca.pem\n"))
        let (trusted, other) = (
            try await serving.status("--cacert", "root/tls/ca.pem", "/v2/"),
            try await serving.status("/v2/")
        )
        #expect(trusted == "200")
        #expect(other == "000")
    }

    @Test("Its certificate is good for the name that clients know it by")
    func externalName() async throws {
        let name = "registry.example.org"
        let serving = try await LocalProgram().serve(
            "--tls", "--open", "--listen", "0.0.0.0:0", "--external-url", "https://\(name)/")
        #expect(serving.child.stdout.contains("page: https://\(name)/\n"))
        let status = try await serving.status(
            "--cacert", "root/tls/ca.pem", "--connect-to", "\(name):443:127.0.0.1:\(serving.port)",
            "https://\(name)/v2/")
        #expect(status == "200")
    }

    @Test("It does not open itself to the network unless told to")
    func open() async throws {
        let program = try LocalProgram()
        try await program.expect(
            78, says: ["0.0.0.0", "--auth", "--open"],
            ["serve", "--root", "root", "--listen", "0.0.0.0:0"])
        let serving = try await program.serve("--listen", "0.0.0.0:0", "--open")
        let status = try await serving.status("http://127.0.0.1:\(serving.port)/v2/")
        #expect(status == "200")
    }

    @Test("A folder has one server")
    func held() async throws {
        let program = try LocalProgram()
        let serving = try await program.serve()
        try await program.expect(
            78, says: ["root", "held by another server", "\(serving.child.pid)"],
            ["serve", "--root", "root", "--listen", "127.0.0.1:0"])
        let status = try await serving.status("/v2/")
        #expect(status == "200")
    }

    @Test("A port has one server")
    func portInUse() async throws {
        let program = try LocalProgram()
        let serving = try await program.serve()
        try await program.expect(
            78, says: ["127.0.0.1:\(serving.port)", "in use", "--listen"],
            ["serve", "--root", "other", "--listen", "127.0.0.1:\(serving.port)"])
    }

    @Test(
        "What cannot be served is refused with the reason and the cure",
        arguments: [
            (78, ["--root", "no/such/root"], ["no/such/root", "make the folders above"]),
            (78, ["--root", "file"], ["file: it is not a folder"]),
            (78, ["--root", "r", "--listen", "192.0.2.1:5000", "--open"], ["192.0.2.1:5000"]),
            (78, ["--root", "r", "--auth", "basic"], ["r/users", "user add NAME --root r"]),
            (
                78, ["--root", "r", "--auth", "token", "--users", "none"],
                ["none: ", "user add NAME --root r --users none"]
            ),
            (78, ["--root", "r", "--auth", "basic", "--users", "file"], ["file: line 1"]),
            (66, ["--root", "r", "--faults", "none"], ["none: "]),
            (78, ["--root", "r", "--faults", "bad.yaml"], ["bad.yaml: line "]),
            (78, ["--root", "r", "--tls-cert", "none", "--tls-key", "none"], ["none: "]),
            (64, [], ["--root"]),
            (64, ["--root", ""], ["--root is empty"]),
            (64, ["--root", "r", "--listen", "here:there"], ["here:there"]),
            (64, ["--root", "r", "--dialect", "none"], ["oci"]),
            (64, ["--root", "r", "--users", "file"], ["--auth basic"]),
            (64, ["--root", "r", "--anonymous-pull"], ["--auth basic"]),
            (64, ["--root", "r", "--auth", "basic", "--open"], ["--open"]),
            (64, ["--root", "r", "--gitea-version", "1.24"], ["--dialect gitea"]),
            (64, ["--root", "r", "--tls-cert", "file"], ["--tls-key"]),
            (64, ["--root", "r", "--tls", "--tls-cert", "a", "--tls-key", "b"], ["choose"]),
            (64, ["--root", "r", "--external-url", "example.org"], ["https://HOST"]),
        ] as [(Int32, [String], [String])])
    func refused(_ status: Int32, _ arguments: [String], _ words: [String]) async throws {
        let program = try LocalProgram()
        try program.folder.write("file", "nothing of use\n")
        try program.folder.write("bad.yaml", "faults:\n  - on: [GET\n")
        let port = arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]
        try await program.expect(status, says: words, ["serve"] + arguments + port)
    }

    @Test("A folder keeps its dialect")
    func dialect() async throws {
        let program = try LocalProgram()
        let serving = try await program.serve("--dialect", "gitea")
        #expect(serving.child.stdout.contains("dialect: Gitea 1.27"))
        let result = try await serving.stop()
        #expect(result.status == 0)
        try await program.expect(
            78, says: ["root", "gitea"], ["serve", "--root", "root", "--listen", "127.0.0.1:0"])
    }

    @Test("Told to end, it lets a request under way finish", arguments: [SIGTERM, SIGINT])
    func stops(_ signal: Int32) async throws {
        let serving = try await LocalProgram().serve()
        let reply = try await RawConnection.with(serving.port) { connection in
            try beginUpload(connection, serving.port)
            serving.child.signal(signal)
            waitUntilRefused(serving.port)
            connection.send("llo")
            return try connection.readToEnd()
        }
        #expect(reply.hasPrefix("HTTP/1.1 201 "), "\(reply)")
        let result = try await serving.child.wait(timeout: 20)
        #expect(result.status == 0, "\(result.stderr)")
    }

    @Test("Told twice, it ends at once")
    func stopsAtOnce() async throws {
        let serving = try await LocalProgram().serve()
        let isRunning = try await RawConnection.with(serving.port) { connection in
            try beginUpload(connection, serving.port)
            serving.child.signal(SIGTERM)
            waitUntilRefused(serving.port)
            let isRunning = serving.child.isRunning
            serving.child.signal(SIGTERM)
            return isRunning
        }
        #expect(isRunning)
        let result = try await serving.child.wait(timeout: 20)
        #expect(result.status == 130)
    }

    /// Sends a part of a request that the server has begun to read.
    private func beginUpload(_ connection: RawConnection, _ port: Int) throws {
        let digest = Sha256.digest(Array("hello".utf8))
        connection.send(
            "POST /v2/app/blobs/uploads/?digest=\(digest) HTTP/1.1\r\n"
                + "Host: 127.0.0.1:\(port)\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        _ = try connection.read(until: "100 Continue\r\n\r\n")
        connection.send("he")
    }

    /// Waits, up to ten seconds, until nobody listens any more.
    private func waitUntilRefused(_ port: Int) {
        for _ in 0..<1000 {
            guard (try? RawConnection.connected(port)) != nil else { return }
            usleep(10_000)
        }
    }

    @Test("The faults that happened are listed at the end")
    func faults() async throws {
        let program = try LocalProgram()
        try program.folder.write(
            "faults.yaml", "faults:\n  - on: GET /v2/\n    status: 503\n")
        let serving = try await program.serve("--faults", "faults.yaml")
        let (first, second) = (try await serving.status("/v2/"), try await serving.status("/v2/"))
        #expect(first == "503")
        #expect(second == "200")
        let result = try await serving.stop()
        let summary = result.stdout.split(separator: "page: ").last ?? ""
        #expect(summary.contains("503"), "\(result.stdout)")
    }

    @Test("The log has a line a request, and nothing that lets others in")
    func log() async throws {
        let program = try LocalProgram()
        _ = try await program.run(
            "user", "add", "ann", "--root", "root", "--password-stdin", stdin: "secret-password")
        let serving = try await program.serve("--auth", "basic")
        let login = ["-u", "ann:secret-password"]
        let dump = program.folder.file("headers")
        _ = try await serving.status(
            login[0], login[1], "-D", dump, "-X", "POST", "/v2/app/blobs/uploads/?secret-query=1")
        let headers = String(decoding: try program.folder.read("headers"), as: UTF8.self)
        let session = try #require(
            headers.split(separator: "\r\n").first { $0.lowercased().hasPrefix("location:") }?
                .split(separator: "/").last)
        _ = try await serving.status(
            login[0], login[1], "/v2/app/blobs/uploads/\(session)?_state=secret-state")
        _ = try await serving.status("-H", "Authorization: Bearer secret-token", "/v2/%1b%5b/")
        let log = try await serving.stop().stderr
        #expect(log.contains("POST /v2/app/blobs/uploads/ 202 "), "\(log)")
        #expect(log.contains("GET /v2/app/blobs/uploads/... 204 "), "\(log)")
        #expect(!log.contains("secret"), "\(log)")
        #expect(!log.contains(session), "\(log)")
        #expect(!log.contains("YW5u"), "\(log)")
    }
}
