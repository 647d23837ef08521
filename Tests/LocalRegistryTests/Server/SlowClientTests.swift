import Glibc
import HTTPTypes
import LocalRegistry
import OCIRegistry
import TestSupport
import Testing

@Suite("Clients that are slow")
struct SlowClientTests {
    private static let timeout = Duration.seconds(2)

    /// Longer than a machine with much else to do may hold up a client that does not sleep.
    private static let longTimeout = Duration.seconds(3)

    /// Runs `body` beside a server that loses patience soon, and tells how long it took. That it does
    /// lose it, the connection tells: it waits for an end, but not for ever.
    private static func timed(
        _ timeout: Duration = timeout, in folder: TemporaryFolder? = nil,
        body: (GiteaServer) async throws -> Void
    ) async throws -> Duration {
        var took = Duration.zero
        try await GiteaServer.oci(in: folder, { $0.idleTimeout = timeout }) { server in
            took = try await ContinuousClock().measure { try await body(server) }
        }
        return took
    }

    @Test("A request whose fields never end is given up")
    func fields() async throws {
        let took = try await Self.timed { server in
            let line = server.head("GET /v2/").dropLast(2)
            let reply = try await RawConnection.ask(server.server.port, String(line))
            #expect(reply.isEmpty)
        }
        #expect(took >= Self.timeout)
    }

    @Test("A connection on which nothing is said is closed, before TLS is agreed on too")
    func silent() async throws {
        let folder = try TemporaryFolder()
        let certificate = try ServerCertificate.selfMade(in: folder.file("tls"), hosts: [])
        for tls in [nil, certificate.configuration] {
            try await GiteaServer.oci({
                $0.idleTimeout = Self.timeout
                $0.tls = tls
            }) { server in
                let reply = try await RawConnection.ask(server.server.port)
                #expect(reply.isEmpty)
            }
        }
    }

    @Test("Fields that come byte by byte do not hold a connection")
    func dripping() async throws {
        _ = try await Self.timed { server in
            let line = server.head("GET /v2/").dropLast(2)
            let isEnded = try await RawConnection.with(server.server.port) { connection in
                connection.send(String(line) + "X: ")
                for _ in 0..<400 {
                    guard connection.send("a") else { return true }
                    usleep(50_000)
                }
                return false
            }
            #expect(isEnded)
        }
    }

    @Test("A connection that nobody uses is closed")
    func idle() async throws {
        let took = try await Self.timed { server in
            let reply = try await RawConnection.ask(server.server.port, server.head("GET /v2/"))
            #expect(reply.hasPrefix("HTTP/1.1 200 "), "\(reply)")
        }
        #expect(took >= Self.timeout)
    }

    @Test("An upload that stalls is given up, and what came of it stays in its session")
    func upload() async throws {
        let took = try await Self.timed { server in
            let start = try await server.send(.post, "/v2/app/blobs/uploads/")
            let session = try #require(start["Location"])
            let reply = try await RawConnection.ask(
                server.server.port, server.head("PATCH \(session)", "Content-Length: 10"), "hello")
            #expect(!reply.contains("202"), "\(reply)")
            var state = try await server.send(.get, session)
            // The connection ends before the request's task has seen it.
            for _ in 0..<100 where state["Range"] != "0-4" {
                try await Task.sleep(for: .milliseconds(10))
                state = try await server.send(.get, session)
            }
            #expect(state["Range"] == "0-4", "\(state)")
        }
        #expect(took >= Self.timeout)
    }

    @Test("An upload that goes on is not given up, however slow")
    func slowUpload() async throws {
        let took = try await Self.timed(Self.longTimeout) { server in
            let digest = Sha256.digest(Array("hello".utf8))
            let head = server.head(
                "POST /v2/app/blobs/uploads/?digest=\(digest)", "Content-Length: 5",
                "Connection: close")
            let reply = try await RawConnection.with(server.server.port) { connection in
                connection.send(head)
                for letter in "hello" {
                    usleep(800_000)
                    connection.send(String(letter))
                }
                return try connection.readToEnd()
            }
            #expect(reply.hasPrefix("HTTP/1.1 201 "), "\(reply)")
        }
        #expect(took > Self.longTimeout)
    }

    @Test("A client that takes nothing of a long answer is given up")
    func download() async throws {
        let (folder, size) = (try TemporaryFolder(), 32 << 20)
        let digest = try await push(size, in: folder)
        _ = try await Self.timed(in: folder) { server in
            let head = server.head("GET /v2/app/blobs/\(digest)")
            let count = try await RawConnection.with(server.server.port) { connection in
                connection.send(head)
                usleep(5_000_000)
                var count = 0
                while let piece = try? connection.read(1 << 20), !piece.isEmpty {
                    count += piece.count
                }
                return count
            }
            #expect(count < size)
        }
    }

    @Test("A client that takes a long answer slowly gets all of it")
    func slowDownload() async throws {
        let (folder, size) = (try TemporaryFolder(), 32 << 20)
        let digest = try await push(size, in: folder)
        let took = try await Self.timed(Self.longTimeout, in: folder) { server in
            let head = server.head("GET /v2/app/blobs/\(digest)", "Connection: close")
            let count = try await RawConnection.with(server.server.port) { connection in
                connection.send(head)
                var (count, pauses) = (0, 0)
                while true {
                    let piece = try connection.read(1 << 20)
                    if piece.isEmpty { return count }
                    count += piece.count
                    if count / (4 << 20) > pauses {
                        pauses += 1
                        usleep(500_000)
                    }
                }
            }
            #expect(count > size)
        }
        #expect(took > Self.longTimeout)
    }

    @Test("A fault that delays an answer is not taken for a client that sleeps")
    func delay() async throws {
        let took = try await Self.timed { server in
            server.server.faults.add(Fault(on: "GET", .delay(Self.timeout * 3 / 2)))
            let reply = try await server.send(.get, "/v2/")
            #expect(reply.status == 200)
        }
        #expect(took >= Self.timeout * 3 / 2)
    }

    /// Pushes a blob to a folder, beside a server that is patient.
    private func push(_ size: Int, in folder: TemporaryFolder) async throws -> String {
        let bytes = [UInt8](repeating: 7, count: size)
        let digest = Sha256.digest(bytes)
        try await GiteaServer.oci(in: folder) { server in
            let reply = try await server.send(
                .post, "/v2/app/blobs/uploads/?digest=\(digest)", body: bytes)
            try #require(reply.status == 201, "\(reply)")
        }
        return digest
    }
}
