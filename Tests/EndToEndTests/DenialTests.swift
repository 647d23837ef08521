import TestSupport
import Testing

/// Registries that refuse: who is told what, and that nothing was moved.
@Suite(.serialized) struct DenialTests {
    private let account = ["PUBLISHER_USERNAME": "ci", "PUBLISHER_PASSWORD": "wrong-5cf1"]

    @Test func aWrongPasswordIsDenied() async throws {
        let scene = try Scene(auth: .basic(user: "ci", password: "right"))
        let result = try await scene.push(environment: account)
        scene.expectFailed(
            result, 77, says: "-> 401", "PUBLISHER_PASSWORD", "check them there", faults: 0...0)
        #expect(scene.registry.writes.isEmpty)
        #expect(!result.stderr.contains("wrong-5cf1"))
    }

    @Test func aTokenServiceThatRefusesThePasswordIsNamed() async throws {
        let scene = try Scene(auth: .token(TokenAuth(user: "ci", password: "right")))
        let result = try await scene.push(environment: account)
        scene.expectFailed(
            result, 77, says: "the token service refuses these credentials", "/token", "-> 401",
            "authentication required", faults: 0...0)
        #expect(scene.registry.writes.isEmpty)
        #expect(scene.registry.count(pathContains: "/token") == 1)
    }

    @Test func withoutCredentialsTheAdviceIsToLogIn() async throws {
        let scene = try Scene(auth: .basic(user: "ci", password: "right"))
        let result = try await scene.push()
        scene.expectFailed(
            result, 77, says: "publisher login \(scene.registry.host)", faults: 0...0)
    }

    @Test func forbiddenUploadsAreNotTriedAgain() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "POST", times: 100,
                .status(403, body: errorDocument("DENIED", "quota of team is used up"))))
        let result = try await scene.push("--parallel", "1")
        scene.expectFailed(
            result, 77, says: "team/app", "-> 403", "DENIED: quota of team is used up",
            faults: 1...1)
    }

    @Test func anEmptyRefusalIsExplainedAsAQuota() async throws {
        let scene = try Scene()
        scene.registry.inject(Fault(method: "PUT", pathContains: "/manifests/", .status(403)))
        scene.expectFailed(try await scene.push(), 77, says: "-> 403", "quota", faults: 1...1)
    }

    @Test func aRefusedTagKeepsWhatItHad() async throws {
        let scene = try Scene()
        let old = try OCILayout.image(.small(seed: 50)).put(
            into: scene.registry, "team/app", tags: ["dev"])
        scene.registry.inject(
            Fault(
                method: "PUT", pathContains: "/manifests/dev",
                .status(403, body: errorDocument("DENIED", "the tag is protected"))))
        let result = try await scene.push()
        #expect(result.status == 77, "\(result.stderr)")
        expectError(result, says: ["\(scene.repository):dev", "-> 403", "the tag is protected"])
        #expect(scene.tags == ["dev": old])
        #expect(scene.registry.firedFaults.count == 1)
    }

    @Test func aRepositoryThatDoesNotExistIsNotFound() async throws {
        let scene = try Scene()
        scene.registry.inject(
            Fault(
                method: "POST", times: 100,
                .status(404, body: errorDocument("NAME_UNKNOWN", "no such project"))))
        let result = try await scene.push("--parallel", "1")
        scene.expectFailed(
            result, 66, says: "team/app", "-> 404", "NAME_UNKNOWN: no such project", faults: 1...1)
    }

    @Test func halfAPairOfVariablesIsAConfigurationError() async throws {
        let scene = try Scene(auth: .basic(user: "ci", password: "right"))
        let result = try await scene.push(environment: ["PUBLISHER_USERNAME": "ci"])
        #expect(result.status == 78, "\(result.stderr)")
        expectError(result, says: ["PUBLISHER_USERNAME is set but PUBLISHER_PASSWORD is not"])
        #expect(scene.registry.writes.isEmpty)
    }

    @Test func aBrokenConfigurationFileIsNamed() async throws {
        let scene = try Scene(auth: .basic(user: "ci", password: "right"))
        try scene.program.home.write(".docker/config.json", "{\"auths\": [[[")
        let result = try await scene.push()
        #expect(result.status == 78, "\(result.stderr)")
        #expect(result.stderr.contains("config.json"))
        #expect(scene.registry.writes.isEmpty)
    }
}
