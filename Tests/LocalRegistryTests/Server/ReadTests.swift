import FoundationEssentials
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

@testable import OCIRegistry

@Suite("What is read from a registry")
struct ReadTests {
    @Test(
        "Parts of a blob of ten bytes",
        arguments: [
            ("bytes=2-4", 206, "bytes 2-4/10"), ("Bytes=2-4", 206, "bytes 2-4/10"),
            ("bytes=8-99", 206, "bytes 8-9/10"), ("bytes=-3", 206, "bytes 7-9/10"),
            ("bytes=-99", 206, "bytes 0-9/10"), ("bytes=9-", 206, "bytes 9-9/10"),
            ("bytes=2-99999999999999999999", 206, "bytes 2-9/10"),
            ("bytes=10-", 416, "bytes */10"), ("bytes=-0", 416, "bytes */10"),
            ("bytes=5-2", 416, "bytes */10"), ("bytes=99999999999999999999-", 416, "bytes */10"),
            ("bytes=0-1,4-5", 200, nil), ("bytes=a-b", 200, nil), ("bytes=--1", 200, nil),
            ("bytes=-", 200, nil), ("bytes=", 200, nil), ("bytes=+1-2", 200, nil),
            ("lines=1-2", 200, nil), ("2-4", 200, nil),
        ] as [(String, Int, String?)])
    func range(_ range: String, _ status: Int, _ place: String?) async throws {
        try await GiteaServer.oci { server in
            let digest = try await server.push("0123456789", to: "app")
            let reply = try await server.send(
                .get, "/v2/app/blobs/\(digest)", fields: [.range: range])
            #expect(reply.status == status, "\(reply)")
            #expect(reply["Content-Range"] == place)
            if status == 200 { #expect(reply.text == "0123456789") }
        }
    }

    @Test("A part is of the content that the client has the rest of")
    func condition() async throws {
        try await GiteaServer.oci { server in
            let digest = try await server.push("0123456789", to: "app")
            func status(_ condition: String) async throws -> Int {
                try await server.send(
                    .get, "/v2/app/blobs/\(digest)",
                    fields: [.range: "bytes=2-4", .ifRange: condition]
                ).status
            }
            let (same, other) = (try await status("\"\(digest)\""), try await status("\"other\""))
            #expect(same == 206)
            #expect(other == 200)
        }
    }

    @Test("every answer tells the time")
    func date() async throws {
        try await GiteaServer.oci { server in
            for path in ["/v2/", "/v2/app/manifests/none", "/nothing"] {
                let text = try await server.send(.get, path)["Date"]
                let told = try #require(text.flatMap(RetryAfter.httpDate))
                #expect(abs(told - Date().timeIntervalSince1970) < 10, "\(path): \(text ?? "")")
            }
        }
    }

    @Test("HEAD gives the status and fields of GET")
    func head() async throws {
        try await GiteaServer.oci { server in
            let image = try await server.pushImage("layer", as: "v1", to: "app")
            let session = try #require(
                try await server.send(.post, "/v2/app/blobs/uploads/")["Location"])
            let blob = Sha256.digest(Array("layer".utf8))
            let missing = Sha256.digest([])
            for path in [
                "/v2/", "/v2/_catalog", "/v2/app/tags/list", "/v2/app/manifests/v1",
                "/v2/app/manifests/\(image.digest)", "/v2/app/manifests/v2",
                "/v2/app/manifests/\(missing)", "/v2/app/blobs/\(blob)", "/v2/app/blobs/\(missing)",
                "/v2/app/blobs/wrong", "/v2/app/referrers/\(image.digest)", "/v2/NO/tags/list",
                "/v2/other/tags/list", "/v2/app/what", session, session + "x", "/nothing",
            ] {
                for range in [[:], [.range: "bytes=1-2"]] as [HTTPFields] {
                    let get = try await server.send(.get, path, fields: range)
                    let head = try await server.send(.head, path, fields: range)
                    #expect(get.status == head.status, "\(path)")
                    // A second may have passed.
                    let fields = [get, head].map { reply in reply.fields.filter { $0.name != .date }
                    }
                    #expect(fields[0] == fields[1], "\(path)")
                    #expect(head.body.isEmpty, "\(path)")
                    if get.status != 204 {
                        #expect(head["Content-Length"] == "\(get.body.count)", "\(path)")
                    }
                }
            }
        }
    }
}
