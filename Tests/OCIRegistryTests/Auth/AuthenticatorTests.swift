import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import OCIRegistry

/// A clock that moves when it is told to.
private final class ManualClock: Sendable {
    private let time = Mutex(1_700_000_000.0)
    var read: @Sendable () -> Double { { self.time.withLock { $0 } } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
}

@Suite struct AuthenticatorTests {
    private static let gitea =
        #"Bearer realm="https://git.example.org/v2/token",service="container_registry",scope="*""#
    private static let basic = Credentials.basic(username: "me", password: "hunter2")
    private let clock = ManualClock()

    private func authenticator(
        _ service: FakeTokenService, _ credentials: Credentials = basic,
        challenge: String? = gitea, logger: Logger = .silent
    ) async throws -> Authenticator {
        let authenticator = Authenticator(
            registry: try RegistryHost("git.example.org"), transport: service, logger: logger,
            clock: clock.read
        ) { _, _ in SourcedCredentials(credentials, source: "a test") }
        if let challenge { try await authenticator.learn(from: .unauthorized(challenge)) }
        return authenticator
    }

    private func scope(_ name: String = "a", _ actions: Scope.Action...) throws -> Scope {
        Scope(
            resourceType: "repository", name: name,
            actions: Set(actions.isEmpty ? [.pull, .push] : actions))
    }

    /// Numbers its tokens: T0, T1, …
    private func counting(_ lifetime: Int = 300) -> FakeTokenService {
        FakeTokenService { _, count in
            .answer(200, #"{"token":"T\#(count)","expires_in":\#(lifetime)}"#)
        }
    }

    @Test func saysNothingAndLooksNothingUpBeforeAChallenge() async throws {
        let looked = Mutex(0)
        let authenticator = Authenticator(
            registry: .dockerHub, transport: FakeTokenService(), logger: .silent
        ) { _, _ in
            looked.withLock { $0 += 1 }
            return .none
        }
        #expect(try await authenticator.authorization(for: [scope()]) == nil)
        try await authenticator.learn(from: HTTPResponse(status: .ok))
        #expect(try await authenticator.authorization(for: [scope()]) == nil)
        #expect(looked.withLock { $0 } == 0)
    }

    @Test func sendsBasicCredentialsOnceTheyAreAskedFor() async throws {
        let service = FakeTokenService()
        let authenticator = try await authenticator(service, challenge: #"Basic realm="r""#)
        let expected = "Basic \(base64("me:hunter2"))"
        #expect(try await authenticator.authorization(for: [scope()]) == expected)
        #expect(await service.requests.isEmpty)
    }

    @Test func hasNothingForABasicChallengeWithoutCredentials() async throws {
        let authenticator = try await authenticator(
            FakeTokenService(), .anonymous, challenge: "Basic")
        #expect(try await authenticator.authorization(for: [scope()]) == nil)
    }

    @Test func sendsARegistryTokenAsItIs() async throws {
        for challenge in [Self.gitea, "Basic"] {
            let service = FakeTokenService()
            let authenticator = try await authenticator(
                service, .bearer("RT"), challenge: challenge)
            #expect(try await authenticator.authorization(for: [scope()]) == "Bearer RT")
            #expect(await service.requests.isEmpty)
        }
    }

    @Test func prefersBearerInWhicheverOrder() async throws {
        let basic = #"Basic realm="Gitea Container Registry""#
        for lines in [[Self.gitea, basic], [basic, Self.gitea]] {
            let authenticator = try await authenticator(counting(), challenge: nil)
            try await authenticator.learn(from: .unauthorized(lines[0], lines[1]))
            #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        }
    }

    @Test func keepsToTokensWhenAPermissionIsRefusedByABasicChallenge() async throws {
        let authenticator = try await authenticator(counting())
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        let refusal = HTTPResponse.unauthorized(#"Basic realm="Gitea Package API""#)
        let next = try await authenticator.reauthorization(
            after: refusal, sent: "Bearer T0", for: [scope()])
        #expect(next == "Bearer T1")
    }

    @Test func renewsATokenAfterA401WithoutAChallenge() async throws {
        let authenticator = try await authenticator(counting())
        let sent = try await authenticator.authorization(for: [scope()])
        let next = try await authenticator.reauthorization(
            after: HTTPResponse(status: .unauthorized), sent: sent, for: [scope()])
        #expect(next == "Bearer T1")
    }

    @Test func hasNothingBetterThanRefusedBasicCredentials() async throws {
        let authenticator = try await authenticator(FakeTokenService(), challenge: "Basic")
        let sent = try await authenticator.authorization(for: [scope()])
        #expect(sent != nil)
        let next = try await authenticator.reauthorization(
            after: .unauthorized("Basic"), sent: sent, for: [scope()])
        #expect(next == nil)
    }

    @Test func refusesSchemesThatItDoesNotKnow() async throws {
        let authenticator = try await authenticator(FakeTokenService(), challenge: nil)
        let error = await thrown {
            try await authenticator.learn(from: .unauthorized("Negotiate", "Bearer service=x"))
        }
        #expect(error?.kind == .protocolViolation)
        #expect(error?.message.contains("bearer without realm, negotiate") == true)
    }

    @Test func refusesAUserNameWithAColon() async throws {
        let authenticator = try await authenticator(
            FakeTokenService(), .basic(username: "a:b", password: "p"))
        let error = await thrown { try await authenticator.authorization(for: [scope()]) }
        #expect(error?.kind == .configuration)
    }

    @Test func keepsATokenUntilShortlyBeforeItsExpiry() async throws {
        let service = counting(300)
        let authenticator = try await authenticator(service)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        clock.advance(294)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        clock.advance(2)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T1")
        #expect(await service.requests.count == 2)
    }

    @Test func usesATokenOfAFewSecondsForMostOfThem() async throws {
        let authenticator = try await authenticator(counting(2))
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        clock.advance(1)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        clock.advance(0.6)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T1")
    }

    @Test func keepsTokensByScopeAndLetsAWiderOneServe() async throws {
        let service = counting()
        let authenticator = try await authenticator(service)
        let (wide, narrow) = (try scope("a", .pull, .push), try scope("a", .pull))
        let other = try scope("b", .pull)
        #expect(try await authenticator.authorization(for: [narrow]) == "Bearer T0")
        #expect(try await authenticator.authorization(for: [wide]) == "Bearer T1")
        #expect(try await authenticator.authorization(for: [other]) == "Bearer T2")
        #expect(try await authenticator.authorization(for: [wide, other]) == "Bearer T3")
        #expect(try await authenticator.authorization(for: [other, wide]) == "Bearer T3")
        await authenticator.invalidate("Bearer T0")
        let served = try await authenticator.authorization(for: [narrow])
        #expect(served == "Bearer T1" || served == "Bearer T3")
        #expect(await service.requests.count == 4)
    }

    @Test func aTokenForNoScopeIsNotServedByOneForSome() async throws {
        let authenticator = try await authenticator(counting())
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        #expect(try await authenticator.authorization(for: []) == "Bearer T1")
    }

    @Test func fiftyCallersCauseOneRequestAndOneMoreAfterInvalidation() async throws {
        let gate = Gate()
        let service = FakeTokenService { _, count in
            await gate.pass()
            return .answer(200, #"{"token":"T\#(count)","expires_in":300}"#)
        }
        let authenticator = try await authenticator(service)
        let scope = try scope()

        @Sendable func round(sent: String?) async throws -> Set<String?> {
            try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        if let sent { await authenticator.invalidate(sent) }
                        return try await authenticator.authorization(for: [scope])
                    }
                }
                return try await group.reduce(into: []) { $0.insert($1) }
            }
        }
        async let first = round(sent: nil)
        try await Task.sleep(for: .milliseconds(50))
        await gate.open()
        #expect(try await first == ["Bearer T0"])
        #expect(await service.requests.count == 1)

        #expect(try await round(sent: "Bearer T0") == ["Bearer T1"])
        #expect(await service.requests.count == 2)
    }

    @Test func aFailureReachesEveryCallerAndIsNotKept() async throws {
        let service = FakeTokenService { _, count in
            count == 0 ? .answer(503, "") : .answer(200, #"{"token":"T"}"#)
        }
        let authenticator = try await authenticator(service)
        let error = await thrown { try await authenticator.authorization(for: [scope()]) }
        #expect(error?.kind == .temporary)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T")
    }

    @Test func looksCredentialsUpOnceForARepository() async throws {
        let asked = Mutex<[String]>([])
        let authenticator = Authenticator(
            registry: try RegistryHost("h.io"), transport: counting(), logger: .silent
        ) { host, repository in
            asked.withLock { $0.append("\(host)/\(repository?.description ?? "")") }
            return SourcedCredentials(
                .basic(username: repository?.description ?? "none", password: "p"), source: "test")
        }
        try await authenticator.learn(from: .unauthorized("Basic"))
        let (a, b) = (try scope("a"), try scope("b"))
        let forA = try await authenticator.authorization(for: [a, b])
        #expect(forA == "Basic \(base64("a:p"))")
        _ = try await authenticator.authorization(for: [a])
        let forB = try await authenticator.authorization(for: [b])
        #expect(forB == "Basic \(base64("b:p"))")
        #expect(asked.withLock { $0 } == ["h.io/a", "h.io/b"])
    }

    @Test func usesTheRefreshTokenOfAnEarlierReply() async throws {
        let service = FakeTokenService { request, count in
            .answer(200, #"{"token":"T\#(count)","refresh_token":"R\#(count)","expires_in":60}"#)
        }
        let authenticator = try await authenticator(service)
        for expected in ["Bearer T0", "Bearer T1", "Bearer T2"] {
            #expect(try await authenticator.authorization(for: [scope()]) == expected)
            clock.advance(60)
        }
        let forms = await service.requests.map(\.form)
        #expect(forms[0].isEmpty)
        #expect(forms[1].contains("refresh_token=R0&"))
        #expect(forms[2].contains("refresh_token=R1&"))
    }

    @Test func upgradesAPlainRealmOfItsOwnHostWithAWarning() async throws {
        let (service, log) = (counting(), LogCapture())
        let challenge = #"Bearer realm="http://git.example.org/v2/token",service="s""#
        let authenticator = try await authenticator(
            service, challenge: challenge, logger: log.logger)
        #expect(try await authenticator.authorization(for: [scope()]) == "Bearer T0")
        #expect(await service.requests.first?.head.scheme == "https")
        #expect(log.text.contains("warning"))
    }

    @Test func refusesAPlainRealmOfAnotherHost() async throws {
        let service = counting()
        let error = await thrown {
            try await authenticator(service, challenge: #"Bearer realm="http://evil.org/t""#)
        }
        #expect(error?.kind == .protocolViolation)
        #expect(await service.requests.isEmpty)
    }

    @Test func advisesAfterARefusalByTheRegistryItself() async throws {
        let own = try await authenticator(counting())
        #expect(try await own.denialAdvice(for: [scope()]).contains("came from a test"))
        let other = try await authenticator(
            counting(), challenge: #"Bearer realm="https://auth.example.org/t""#)
        #expect(
            try await other.denialAdvice(for: [scope()]).contains("--trust-realm auth.example.org"))
    }
}
