import Foundation
import TestSupport
import Testing

/// A registry that only a proxy can reach: no name server knows `registry.test`.
@Suite struct ProxyTests {
    private let registry: DockerRegistry
    private let proxy: ConnectProxy
    private let program: Program
    private let archive: String

    init() async throws {
        registry = try await DockerRegistry(.tls())
        let port = try #require(registry.host.split(separator: ":").last.flatMap { Int($0) })
        proxy = try ConnectProxy(hosts: ["registry.test:443": port, "alias.test:443": port])
        program = try Program(environment: ["SSL_CERT_FILE": try #require(registry.caFile)])
        archive = try program.file("image.tar", DockerArchive(.small()).bytes)
    }

    private func push(
        to host: String = "registry.test", _ environment: [String: String]
    ) async throws -> ChildResult {
        try await program.run(
            "push", archive, "\(host)/team/app:dev", "--retry-for", "1", environment: environment)
    }

    @Test(arguments: ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    func theProxyLeadsToTheRegistry(variable: String) async throws {
        let result = try await push([variable: proxy.address])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(Set(proxy.requests) == ["CONNECT registry.test:443"])
        #expect(registry.frontLog.contains("PUT /v2/team/app/manifests/dev HTTP/2.0 201"))
    }

    @Test func aCertificateForAnotherNameIsToldFromAnUnknownAuthority() async throws {
        let result = try await push(to: "alias.test", ["HTTPS_PROXY": proxy.address])
        #expect(result.status == 78)
        #expect(result.stderr.contains("name matches target host name 'alias.test'"))
    }

    @Test func aHostOfNO_PROXYIsReachedDirectly() async throws {
        let result = try await push(["HTTPS_PROXY": proxy.address, "NO_PROXY": ".test"])
        #expect(result.status == 69)
        #expect(result.stderr.contains("cannot be resolved"), "\(result.stderr)")
        #expect(proxy.requests.isEmpty)
    }

    @Test func thisMachineIsReachedDirectly() async throws {
        let result = try await push(
            to: registry.host,
            ["HTTPS_PROXY": proxy.address, "HTTP_PROXY": proxy.address, "ALL_PROXY": proxy.address])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(proxy.requests.isEmpty)
    }

    @Test func aProxyThatRefusesIsNamed() async throws {
        let result = try await push(to: "elsewhere.test", ["HTTPS_PROXY": proxy.address])
        #expect(result.status == 77)
        #expect(result.stderr.contains("the proxy lets nothing through"), "\(result.stderr)")
        #expect(proxy.requests == ["CONNECT elsewhere.test:443"], "it was not tried again")
    }

    @Test func theProxysOwnAccountIsTakenFromItsAddress() async throws {
        let port = try #require(registry.host.split(separator: ":").last.flatMap { Int($0) })
        let strict = try ConnectProxy(
            hosts: ["registry.test:443": port], account: ("fixture", "proxy-secret-4c1d"))
        func address(_ password: String) -> String {
            strict.address.replacing("://", with: "://fixture:\(password)@")
        }
        let result = try await push(["HTTPS_PROXY": address("proxy-secret-4c1d")])
        #expect(result.status == 0, "\(result.stderr)")
        let refused = try await push(["HTTPS_PROXY": address("wrong-4c1e")])
        #expect(refused.status == 77)
        #expect(refused.stderr.contains("HTTPS_PROXY"), "\(refused.stderr)")
        #expect(!refused.stderr.contains("wrong-4c1e"))
    }
}
