import Foundation
import TestSupport
import Testing

/// Certificates on both sides, and tokens behind TLS.
@Suite struct CertificateTests {
    private let program: Program
    private let image = FixtureImage(layers: [.compressible(50_000), .random(30_000)])
    private let archive: String

    init() throws {
        program = try Program()
        archive = try program.file("image.tar", DockerArchive(image).bytes)
    }

    private func account(_ registry: DockerRegistry) -> [String: String] {
        ["PUBLISHER_USERNAME": registry.user, "PUBLISHER_PASSWORD": registry.password]
    }

    @Test func aPrivateAuthorityIsTrustedOnlyWhereItIsNamed() async throws {
        let registry = try await DockerRegistry(.tokenTLS())
        let authority = try #require(registry.caFile)
        let destination = "\(registry.host)/team/app:dev"
        var environment = account(registry)

        let untrusted = try await program.run(
            "push", archive, destination, environment: environment)
        #expect(untrusted.status == 78)
        #expect(untrusted.stderr.contains("--ca-file"), "\(untrusted.stderr)")
        #expect(untrusted.stderr.contains("unable to get local issuer certificate"))
        #expect(registry.issuedTokens == 0, "no password is shown to a stranger")

        let named = try await program.run(
            "push", archive, destination, "--ca-file", authority, environment: environment)
        #expect(named.status == 0, "\(named.stderr)")
        #expect(registry.issuedTokens > 0)
        #expect(registry.frontLog.contains("PUT /v2/team/app/manifests/dev HTTP/2.0 201"))
        let requests = registry.frontLog.split(separator: "\n").filter { $0.contains(" /v2/team") }
        #expect(requests.allSatisfy { $0.contains("HTTP/2.0") })

        environment["SSL_CERT_FILE"] = authority
        let digest = try await program.run("digest", destination, environment: environment)
        #expect(digest.status == 0, "\(digest.stderr)")
        #expect(digest.stdout == named.stdout)
    }

    @Test func aPasswordThatTheTokenServerRefusesIsNotTriedAgain() async throws {
        let registry = try await DockerRegistry(.tokenTLS())
        let result = try await program.run(
            "push", archive, "\(registry.host)/team/app:dev", "--username", registry.user,
            "--password-stdin", "--ca-file", try #require(registry.caFile), stdin: "wrong-93f1")
        #expect(result.status == 77)
        #expect(result.stderr.contains("the command line's user"), "\(result.stderr)")
        #expect(!result.stderr.contains("wrong-93f1"))
        let asked = registry.frontLog.split(separator: "\n").filter { $0.contains("/token") }
        #expect(asked.count == 1, "\(registry.frontLog)")
    }

    @Test func aCertificateFileThatIsNotThereIsBadConfiguration() async throws {
        let registry = try await DockerRegistry(.tls())
        let result = try await program.run(
            "push", archive, "\(registry.host)/team/app:dev", "--ca-file", "/nowhere/ca.pem")
        #expect(result.status == 78, "\(result.stderr)")
        #expect(result.stderr.contains("--ca-file"), "\(result.stderr)")
    }

    @Test func aTokenThatRunsOutIsRenewedInMidPush() async throws {
        let registry = try await DockerRegistry(.tokenTLS(lifetime: 1))
        let authority = try #require(registry.caFile)
        let slow = FixtureImage(layers: (1...4).map { .random(400_000, seed: $0) })
        let engine = try EmulatedEngine(["app:1": try .classic(slow, name: "app:1")])
        engine.throttle(bytesPerSecond: 600_000)
        var environment = account(registry)
        environment["DOCKER_HOST"] = engine.address
        let destination = "\(registry.host)/team/app:dev"
        let result = try await program.run(
            "push", "docker-daemon:app:1", destination, "--ca-file", authority,
            environment: environment)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(registry.issuedTokens > 2)
        #expect(engine.exports == 1, "nothing had to be read again")
    }

    @Test func aClientCertificateIsShown() async throws {
        let registry = try await DockerRegistry(.tls(verifiesClients: true))
        let authority = try #require(registry.caFile)
        let client = try #require(registry.clientCertificate)
        let destination = "\(registry.host)/team/app:dev"
        let without = try await program.run(
            "push", archive, destination, "--ca-file", authority, "--retry-for", "1")
        #expect(without.status != 0)
        #expect(without.stderr.contains("certificate"), "\(without.stderr)")
        let result = try await program.run(
            "push", archive, destination, "--ca-file", authority,
            "--client-cert", client.file, "--client-key", client.keyFile)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(registry.frontLog.contains("PUT /v2/team/app/manifests/dev HTTP/2.0 201"))
        // The other way round: the key does not belong to the certificate.
        let wrong = try await program.run(
            "push", archive, destination, "--ca-file", authority,
            "--client-cert", authority, "--client-key", client.keyFile)
        #expect(wrong.status == 78, "\(wrong.stderr)")
        #expect(wrong.stderr.contains("--client-key"), "\(wrong.stderr)")
    }
}
