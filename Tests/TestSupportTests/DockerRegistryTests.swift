import TestSupport
import Testing

@Suite(.serialized) struct DockerRegistryTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try OCILayout.image().write(to: folder.file("in"))
    }

    @Test func openTakesAnImage() async throws {
        let registry = try await DockerRegistry(.open)
        try await copy(to: registry)
        #expect(registry.log.contains("PUT /v2/a/b/manifests/t"))
    }

    @Test func htpasswdWantsThePassword() async throws {
        let registry = try await DockerRegistry(.htpasswd)
        try await copy(to: registry, "--dest-creds", "\(registry.user):\(registry.password)")
        await #expect(throws: SupportError.self) {
            try await copy(to: registry, "--dest-creds", "\(registry.user):wrong")
        }
    }

    @Test func tokenTLSSignsTokensThatTheRegistryTakes() async throws {
        let registry = try await DockerRegistry(.tokenTLS())
        let authority = try #require(registry.caFile)
        let certificates = try TemporaryFolder()
        try await run("cp", authority, certificates.file("ca.crt"))
        try await copy(
            to: registry, "--dest-cert-dir", certificates.path,
            "--dest-creds", "\(registry.user):\(registry.password)")
        #expect(registry.issuedTokens > 0)
        let base = "https://\(registry.host)/v2/"
        let version = try await run(
            "curl", "-s", "--cacert", authority, "-o", "/dev/null", "-w",
            "%{http_version} %{http_code}", base)
        #expect(version == "2 401")
        #expect(registry.frontLog.contains("PUT /v2/a/b/manifests/t HTTP/"))
        registry.stop()
    }

    private func copy(to registry: DockerRegistry, _ options: String...) async throws {
        let tls = registry.caFile == nil ? ["--dest-tls-verify=false"] : []
        let call = ProgramCall(
            "skopeo",
            ["copy", "-q"] + tls + options
                + ["oci:\(folder.file("in")):latest", "docker://\(registry.host)/a/b:t"])
        try await ChildProcess.run(call).checked()
    }
}
