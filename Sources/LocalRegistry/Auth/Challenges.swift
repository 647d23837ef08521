import HTTPTypes
import OCIRegistry

/// The refusals that say how to be let in. RFC 9110, section 11.6.1.
enum Challenges {
    /// Why a token was not enough. RFC 6750, section 3.1.
    enum Reason: String {
        case invalidToken = "invalid_token"
        case insufficientScope = "insufficient_scope"

        fileprivate var message: String {
            switch self {
            case .invalidToken: "the token is not valid (any more): ask for another"
            case .insufficientScope: "the token does not allow this: ask for one that does"
            }
        }
    }

    /// Asks for name and password. RFC 7617, section 2.
    static func basic() -> RegistryError {
        RegistryError(
            .unauthorized, .unauthorized, "this needs the name and password of a user",
            headers: [.wwwAuthenticate: basicField])
    }

    /// The field that asks for name and password.
    static let basicField = #"Basic realm="local-registry", charset="UTF-8""#

    /// Asks for a token. Distribution token specification, "How to authenticate".
    static func bearer(_ origin: Origin, _ needs: [Access], _ reason: Reason?) -> RegistryError {
        var parameters = [
            ("realm", "\(origin)/token"), ("service", origin.authority),
        ]
        let scopes = Scope.merged(needs.compactMap(\.scope))
        if !scopes.isEmpty {
            parameters.append(("scope", scopes.map(\.description).joined(separator: " ")))
        }
        if let reason { parameters.append(("error", reason.rawValue)) }
        // Neither hosts nor scopes hold anything that would have to be escaped.
        let text = parameters.map { "\($0)=\"\($1)\"" }.joined(separator: ",")
        return RegistryError(
            .unauthorized, .unauthorized, reason?.message ?? "this needs a token",
            headers: [.wwwAuthenticate: "Bearer \(text)"])
    }
}
