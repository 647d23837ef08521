import HTTPTypes
import Testing

@testable import OCIRegistry

/// How a registry on this machine is found, which may speak TLS or not.
@Suite struct DiscoveryTests {
    private func fault(_ clear: OCIError?, _ secure: OCIError?) async throws -> OCIError? {
        let service = FakeTokenService { request, _ in
            if let error = request.head.scheme == "http" ? clear : secure { throw error }
            return .answer(200, "")
        }
        let client = RegistryClient(
            host: try RegistryHost("127.0.0.1:5000"), transport: service,
            retry: RetryPolicy(attempts: 1), logger: .silent
        ) { _, _ in .none }
        return await thrown { try await client.endpoint() }
    }

    private let busy = OCIError(.temporary, "busy")
    private let closed = OCIError(.unreachable, "no TLS")
    private let untrusted = OCIError(.configuration, "not trusted")

    @Test func eitherSchemeWillDo() async throws {
        #expect(try await fault(nil, closed) == nil)
        #expect(try await fault(busy, nil) == nil)
    }

    @Test func theErrorIsThatOfTheSchemeThatIsSpoken() async throws {
        // A busy registry without TLS used to be reported as one that lacks TLS.
        #expect(try await fault(busy, closed) == busy)
        #expect(try await fault(busy, untrusted) == untrusted)
    }
}
