import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("Refusals of long requests")
struct RefusalTests {
    private static let long = 20 << 20

    @Test("A client that reads only after it has sent all of a body sees the refusal")
    func all() async throws {
        try await GiteaServer.oci { server in
            let head = server.head(
                "PUT /v2/app/manifests/v1", "Content-Length: \(Self.long)")
            let reply = try await RawConnection.with(server.server.port) { connection in
                connection.send(head)
                #expect(connection.send([UInt8](repeating: 65, count: Self.long)))
                return try connection.readToEnd()
            }
            #expect(reply.hasPrefix("HTTP/1.1 413 "), "\(reply)")
            #expect(reply.lowercased().contains("connection: close\r\n"))
            #expect(reply.contains("MANIFEST_INVALID"))
        }
    }

    @Test("A body without a length is refused when it has become too long")
    func chunked() async throws {
        try await GiteaServer.oci { server in
            let head = server.head("PUT /v2/app/manifests/v1", "Transfer-Encoding: chunked")
            let reply = try await RawConnection.with(server.server.port) { connection in
                connection.send(head)
                let chunk = [UInt8](repeating: 65, count: 1 << 20)
                for _ in 0..<20 {
                    connection.send("100000\r\n")
                    connection.send(chunk)
                    #expect(connection.send("\r\n"))
                }
                connection.send("0\r\n\r\n")
                return try connection.readToEnd()
            }
            #expect(reply.hasPrefix("HTTP/1.1 413 "), "\(reply)")
            #expect(reply.lowercased().contains("connection: close\r\n"))
        }
    }

    @Test("A connection outlives the refusal of a short body")
    func short() async throws {
        try await GiteaServer.oci { server in
            let reply = try await RawConnection.ask(
                server.server.port,
                server.head("PUT /v2/NO/manifests/v1", "Content-Length: 5"), "12345",
                server.head("GET /v2/", "Connection: close"))
            #expect(reply.hasPrefix("HTTP/1.1 400 "), "\(reply)")
            #expect(reply.contains("HTTP/1.1 200 OK"), "\(reply)")
        }
    }

    @Test("A client that waits for leave to send is refused without having sent anything")
    func expecting() async throws {
        try await GiteaServer.oci { server in
            let reply = try await RawConnection.ask(
                server.server.port,
                server.head(
                    "PUT /v2/app/manifests/v1", "Content-Length: \(Self.long)",
                    "Expect: 100-continue"))
            #expect(reply.hasPrefix("HTTP/1.1 413 "), "\(reply)")
        }
    }

    @Test("A client that waits for leave to send gets it")
    func leave() async throws {
        try await GiteaServer.oci { server in
            let digest = Sha256.digest(Array("hello".utf8))
            let head = server.head(
                "POST /v2/app/blobs/uploads/?digest=\(digest)", "Content-Length: 5",
                "Expect: 100-continue", "Connection: close")
            let reply = try await RawConnection.with(server.server.port) { connection in
                connection.send(head)
                let leave = try connection.read(until: "\r\n\r\n")
                #expect(leave.hasPrefix("HTTP/1.1 100 "), "\(leave)")
                connection.send("hello")
                return try connection.readToEnd()
            }
            #expect(reply.hasPrefix("HTTP/1.1 201 "), "\(reply)")
        }
    }

    @Test("Clients that are refused say why, through TLS too", arguments: [false, true])
    func clients(isTLS: Bool) async throws {
        let folder = try TemporaryFolder()
        let large = try folder.write("large", [UInt8](repeating: 65, count: Self.long))
        try await GiteaServer.oci({ settings in
            guard isTLS else { return }
            settings.tls = try ServerCertificate.selfMade(
                in: folder.file("tls"), hosts: ["127.0.0.1"]
            ).configuration
        }) { server in
            let scheme = isTLS ? "https" : "http"
            let result = try await ChildProcess.run(
                ProgramCall(
                    "curl",
                    [
                        "-sSk", "--max-time", "20", "-H", "Expect:", "-w", "%{http_code}", "-T",
                        large, "\(scheme)://\(server.host)/v2/app/manifests/v1",
                    ]))
            #expect(result.stdout.hasSuffix("413"), "\(result.stdout) \(result.stderr)")
            #expect(result.stdout.contains("MANIFEST_INVALID"))
        }
    }

    @Test("The next request of the project's own client works after a refusal")
    func next() async throws {
        try await GiteaServer.oci { server in
            let reply = try await server.send(
                .put, "/v2/app/manifests/v1", body: [UInt8](repeating: 65, count: Self.long))
            #expect(reply.status == 413, "\(reply)")
            try await server.push("hello", to: "app")
        }
    }
}
