import HTTPTypes
import Testing

@testable import OCIRegistry

/// A registry that is reached over TLS and leads out of it.
@Suite struct DowngradeTests {
    private let content = Array("content".utf8)

    /// A repository whose registry gives this answer to all but the first question.
    private func repository(
        _ service: FakeTokenService
    ) throws -> Repository {
        let client = RegistryClient(
            host: try RegistryHost("registry.example"), transport: service,
            retry: RetryPolicy(attempts: 1), logger: .silent
        ) { _, _ in
            SourcedCredentials(.basic(username: "me", password: "s3cret"), source: "a test")
        }
        return Repository(client, try RepositoryName("team/app"), access: .push)
    }

    private func service(_ status: Int, _ fields: HTTPFields) -> FakeTokenService {
        FakeTokenService { request, _ in
            request.head.path == "/v2/" ? .answer(200, "") : .answer(status, "", fields: fields)
        }
    }

    private func expectRefused(
        _ service: FakeTokenService, _ error: OCIError?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        #expect(error?.kind == .protocolViolation, sourceLocation: sourceLocation)
        #expect(error?.message.contains("http") == true, sourceLocation: sourceLocation)
        let requests = await service.requests
        #expect(
            requests.allSatisfy { $0.url.hasPrefix("https://registry.example/v2/") },
            sourceLocation: sourceLocation)
    }

    @Test func anUploadIsNotSentInTheClear() async throws {
        let service = service(202, [.location: "http://registry.example/upload"])
        let repository = try repository(service)
        let blob = Descriptor(
            mediaType: .octetStream, digest: SHA2.digest(of: content), size: Int64(content.count))
        let error = await thrown {
            try await repository.upload(blob, from: BlobSource(bytes: content))
        }
        await expectRefused(service, error)
        #expect(await service.requests.map(\.head.method) == [.get, .post])
    }

    @Test func aBlobIsNotFetchedInTheClear() async throws {
        let service = service(307, [.location: "http://cdn.example/blob"])
        let repository = try repository(service)
        let error = await thrown {
            try await repository.blob(SHA2.digest(of: content), limit: 100)
        }
        await expectRefused(service, error)
    }

    @Test func aPageOfTagsIsNotFetchedInTheClear() async throws {
        let service = FakeTokenService { request, _ in
            request.head.path == "/v2/"
                ? .answer(200, "")
                : .answer(
                    200, #"{"tags":["a"]}"#,
                    fields: [
                        .link:
                            #"<http://registry.example/v2/team/app/tags/list?last=a>; rel="next""#
                    ])
        }
        let repository = try repository(service)
        await expectRefused(service, await thrown { try await repository.tags() })
    }

    @Test func aTokenServiceInTheClearIsRefused() async throws {
        let service = FakeTokenService { _, _ in
            .answer(
                401, "",
                fields: [.wwwAuthenticate: #"Bearer realm="http://auth.example/token",service="s""#]
            )
        }
        let repository = try repository(service)
        await expectRefused(service, await thrown { try await repository.tags() })
        #expect(await !service.transcript.contains("Basic"))
    }
}
