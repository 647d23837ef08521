import FoundationEssentials

/// What a token endpoint answers. Distribution token specification, "Token response fields".
struct TokenReply: Sendable {
    /// Bytes that a reply may have.
    static let limit = 128 << 10
    /// The lifetime of a token that names none, in seconds.
    static let defaultLifetime = 60.0

    /// The token for the registry.
    let token: String
    /// Seconds since 1970 when it stops being valid.
    let expiry: Double
    /// What gets the next token without the user's credentials.
    let refreshToken: String?

    /// Decodes a reply that was received at `now`, in seconds since 1970.
    ///
    /// Throws ``OCIError`` (protocol), which never shows the reply, since it may hold a token.
    init(_ body: [UInt8], receivedAt now: Double) throws(OCIError) {
        guard let fields = try? JSON.decode(JSONValue.self, from: body, what: "a token").object
        else { throw Self.malformed("is not a JSON object") }
        let candidates = [fields["token"]?.string, fields["access_token"]?.string]
        guard let token = candidates.lazy.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
            throw Self.malformed("has neither 'token' nor 'access_token'")
        }
        // What is not visible ASCII could end the header field that it goes into.
        guard token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Self.malformed("holds a token with illegal characters")
        }
        self.token = token
        refreshToken = fields["refresh_token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let stated = fields["expires_in"].flatMap(\.seconds).flatMap { $0 > 0 ? $0 : nil }
        let lifetime = stated ?? JSONWebToken(token)?.lifetime(now: now) ?? Self.defaultLifetime
        let issued = fields["issued_at"]?.string.flatMap { try? Date($0, strategy: .iso8601) }
            .map(\.timeIntervalSince1970)
        // A time of issue counts unless the two clocks clearly disagree.
        let start = issued.flatMap { $0 <= now && $0 + lifetime > now ? $0 : nil } ?? now
        expiry = (stated == nil ? now : start) + lifetime
    }

    private static func malformed(_ reason: String) -> OCIError {
        OCIError(.protocolViolation, "the token endpoint's reply \(reason)")
    }
}
