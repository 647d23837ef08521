import Testing

@testable import OCIRegistry

@Suite struct TokenReplyTests {
    private static let now = 1_700_000_000.0  // 2023-11-14T22:13:20Z

    private func reply(_ body: String) throws -> TokenReply {
        try TokenReply(Array(body.utf8), receivedAt: Self.now)
    }

    private func jwt(_ claims: String) -> String {
        let payload = base64(claims).replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
        return "aGVhZA.\(payload).c2ln"
    }

    @Test func takesTheTokenUnderEitherName() throws {
        #expect(try reply(#"{"token":"A"}"#).token == "A")
        #expect(try reply(#"{"access_token":"B"}"#).token == "B")
        #expect(try reply(#"{"token":"","access_token":"B"}"#).token == "B")
        #expect(try reply(#"{"token":"A","access_token":"B","refresh_token":"R"}"#).token == "A")
        #expect(try reply(#"{"token":"A","refresh_token":"R"}"#).refreshToken == "R")
    }

    @Test(arguments: [
        (#""expires_in":300"#, 300.0), (#""expires_in":"300""#, 300), (#""expires_in":2"#, 2),
        (#""expires_in":0"#, 60), (#""expires_in":-5"#, 60), (#""x":1"#, 60),
        (#""expires_in":300,"issued_at":"2023-11-14T22:12:20Z""#, 240),
        (#""expires_in":300,"issued_at":"2023-11-14T22:12:20.123456789Z""#, 240),
        (#""expires_in":300,"issued_at":"2023-11-14T23:13:20Z""#, 300),
        (#""expires_in":300,"issued_at":"2020-01-01T00:00:00Z""#, 300),
        (#""expires_in":300,"issued_at":"yesterday""#, 300),
    ])
    func knowsHowLongATokenIsValid(_ fields: String, _ lifetime: Double) throws {
        let expiry = try reply(#"{"token":"A",\#(fields)}"#).expiry
        #expect(abs(expiry - Self.now - lifetime) < 1)
    }

    @Test(arguments: [
        (#"{"exp":1700003600}"#, 3600.0), (#"{"exp":1600003600,"iat":1600000000}"#, 3600),
        (#"{"exp":1600086400,"nbf":1600000000,"sub":"ÿ?>~"}"#, 86400), (#"{"sub":"x"}"#, 60),
        (#"{"exp":1600000000}"#, 60), (#"not json"#, 60),
    ])
    func readsTheLifetimeFromAJSONWebToken(_ claims: String, _ lifetime: Double) throws {
        let expiry = try reply(#"{"token":"\#(jwt(claims))"}"#).expiry
        #expect(expiry - Self.now == lifetime)
    }

    @Test func aStatedLifetimeCountsMoreThanTheTokensOwn() throws {
        let expiry = try reply(#"{"token":"\#(jwt(#"{"exp":1700003600}"#))","expires_in":90}"#)
            .expiry
        #expect(expiry - Self.now == 90)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "{}", #"{"token":""}"#, #"{"token":5}"#,
        #"{"token":"a\r\nX-Evil: 1"}"#, #"{"token":"hunter2 x"}"#, "hunter2",
    ])
    func refusesWhatHoldsNoUsableTokenWithoutShowingIt(_ body: String) async {
        let error = await thrown { try reply(body) }
        #expect(error?.kind == .protocolViolation)
        #expect(error?.description.contains("hunter2") == false)
    }
}
