import FoundationEssentials

/// What a token says of itself where it is a JSON Web Token. Its signature is the registry's affair:
/// nothing that is read here may be relied on. RFC 7519.
public struct JSONWebToken: Sendable {
    private let claims: [String: JSONValue]

    /// Reads a token's claims; nil for anything else.
    public init?(_ token: String) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let padding = String(repeating: "=", count: (4 - parts[1].utf8.count % 4) % 4)
        let base64 = parts[1].replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let data = Data(base64Encoded: String(base64)),
            let claims = try? JSON.decode(JSONValue.self, from: data, what: "claims").object
        else { return nil }
        self.claims = claims
    }

    /// Seconds since 1970 when it stops being valid. Section 4.1.4.
    public var expiry: Double? { claims["exp"].flatMap(\.seconds) }

    /// Seconds for which it is valid from its issue, which no difference of clocks changes; where it
    /// names no issue, from `now`, in seconds since 1970.
    func lifetime(now: Double) -> Double? {
        guard let expiry else { return nil }
        let start = (claims["iat"] ?? claims["nbf"]).flatMap(\.seconds) ?? now
        return expiry > start ? expiry - start : nil
    }
}

extension JSONValue {
    /// A number of seconds, which some services write as text.
    var seconds: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .string(let value): Double(value)
        default: nil
        }
    }
}
