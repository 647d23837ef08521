import TestSupport
import Testing

/// Bearer tokens: how long they last, and who gets to see the credentials.
@Suite(.serialized) struct TokenTests {
    private let account = ["PUBLISHER_USERNAME": "ci", "PUBLISHER_PASSWORD": "pat"]

    private func tokens(_ change: (inout TokenAuth) -> Void = { _ in }) -> RegistryAuth {
        var tokens = TokenAuth(user: "ci", password: "pat")
        change(&tokens)
        return .token(tokens)
    }

    @Test func tokensThatExpireInMidPushAreRenewed() async throws {
        let scene = try Scene(
            auth: tokens {
                $0.lifetime = .requests(4)
                $0.expiresIn = nil
            })
        let result = try await scene.push("--parallel", "1", environment: account)
        scene.expectArrived(result)
        #expect(scene.registry.issuedTokens > 2)
        #expect(scene.registry.requests.contains { $0.status == 401 && $0.path != "/v2/" })
    }

    @Test func aTokenRefusedWhileALayerStreamsStartsANewUpload() async throws {
        let scene = try Scene(auth: tokens())
        scene.registry.inject(Fault(method: "PATCH", .expireTokens))
        let result = try await scene.push(environment: account)
        scene.expectArrived(result, faults: 1)
        #expect(result.stderr.contains("fresh credentials"))
        let patches = scene.registry.requests.filter { $0.method == "PATCH" }
        #expect(patches.contains { $0.status == 401 })
        // No session is gone on with after its stream broke.
        #expect(Set(patches.map(\.path)).count == patches.count)
    }

    @Test func aTokenRefusedForABlobOfKnownSizeStartsANewUpload() async throws {
        let scene = try Scene(auth: tokens())
        scene.registry.inject(Fault(method: "PUT", pathContains: "/blobs/uploads/", .expireTokens))
        let result = try await scene.run(
            ["push", try scene.layout(), scene.destination], nil, account)
        scene.expectArrived(result, faults: 1)
    }

    @Test func aTokenThatIsRevokedBeforeTheManifestIsRenewedOnce() async throws {
        let scene = try Scene(auth: tokens())
        scene.registry.inject(Fault(method: "PUT", pathContains: "/manifests/", .expireTokens))
        let result = try await scene.push(environment: account)
        scene.expectArrived(result, faults: 1)
        #expect(!result.stderr.contains("trying again"))
    }

    @Test func aRegistryThatTakesNoTokenIsNotAskedForEver() async throws {
        let scene = try Scene(auth: tokens { $0.lifetime = .requests(0) })
        let result = try await scene.push(environment: account)
        scene.expectFailed(result, 77, says: "-> 401", "PUBLISHER_USERNAME", faults: 0...0)
        #expect(scene.registry.requests.count < 20)
    }

    @Test func tokensComeByPostWhereThereIsNoGet() async throws {
        let scene = try Scene(
            auth: tokens {
                $0.acceptsGet = false
                $0.fields = [.accessToken]
            })
        scene.expectArrived(try await scene.push(environment: account))
    }

    @Test func anIdentityTokenIsEnough() async throws {
        let scene = try Scene(auth: tokens { $0.refreshToken = "identity-91ab" })
        try scene.program.home.write(
            ".docker/config.json",
            #"{"auths":{"\#(scene.registry.host)":{"identitytoken":"identity-91ab"}}}"#)
        scene.expectArrived(try await scene.push())
        #expect(scene.registry.count(method: "POST", pathContains: "/token") > 0)
    }

    @Test func noCredentialsGoToATokenServiceOnAnotherHost() async throws {
        let service = try ScriptedRegistry(auth: tokens())
        let name = "localhost:\(service.host.split(separator: ":")[1])"
        let scene = try Scene(auth: tokens { $0.realm = "http://\(name)/token" })
        let result = try await scene.push(environment: account)
        scene.expectFailed(
            result, 77, says: "credentials were not sent there", "localhost",
            "--trust-realm localhost", faults: 0...0)
        #expect(service.count(pathContains: "/token") > 0)
        #expect(service.requests.allSatisfy { $0.headers["Authorization"] == nil })
        #expect(service.requests.allSatisfy { !$0.query.contains("ci") && $0.bodySize == 0 })
        #expect(scene.registry.writes.isEmpty)
    }

    @Test func aTrustedTokenServiceOnAnotherHostGetsThem() async throws {
        let service = try ScriptedRegistry(auth: tokens())
        let name = "localhost:\(service.host.split(separator: ":")[1])"
        // The tokens of one scripted registry mean nothing to another: that they are asked for
        // with the credentials is what counts.
        let scene = try Scene(auth: tokens { $0.realm = "http://\(name)/token" })
        let result = try await scene.push("--trust-realm", "localhost", environment: account)
        #expect(service.issuedTokens > 0)
        #expect(
            service.requests.contains { $0.headers["Authorization"]?.hasPrefix("Basic") == true })
        #expect(result.status == 77, "\(result.stderr)")
        #expect(!result.stderr.contains("--trust-realm"))
    }

    @Test func aRealmThatIsNoURLIsAProtocolError() async throws {
        let scene = try Scene(auth: tokens { $0.realm = "file:///etc/passwd" })
        let result = try await scene.push(environment: account)
        scene.expectFailed(
            result, 76, says: "realm", "is not an absolute http or https URL", faults: 0...0)
        #expect(scene.registry.writes.isEmpty)
    }
}
