import HTTPTypes
import OCIRegistry

/// How Gitea refuses.
extension GiteaAccess {
    /// Too few rights, or a token of too small a scope; never 403.
    static let noAccess = RegistryError.text(
        .unauthorized, "reqPackageAccess\n",
        [.wwwAuthenticate: #"Basic realm="Gitea Package API""#])

    /// Asks for a token. 1.27 asks for a password besides where nobody may read without.
    func challenge(_ head: HTTPRequest, root: Origin) throws -> RegistryError {
        let realm = try "\(realm(head, root: root))/v2/token"
        var error = RegistryError.gitea(.unauthorized, .unauthorized)
        let bearer = #"Bearer realm="\#(realm)",service="\#(Self.service)",scope="*""#
        error.headers.append(HTTPField(name: .wwwAuthenticate, value: bearer))
        if version >= .v1_27, requiresSignIn {
            let basic = #"Basic realm="Gitea Container Registry""#
            error.headers.append(HTTPField(name: .wwwAuthenticate, value: basic))
        }
        return error
    }

    /// What a wrong password or a token that has run out gets.
    func wrongCredentials(_ head: HTTPRequest, root: Origin) throws -> RegistryError {
        switch version {
        case .v1_24: .text(.unauthorized, "authGroup.Verify\n")
        case .v1_25_0: .text(.unauthorized, "Failed to authenticate user\n")
        case .v1_27: try challenge(head, root: root)
        }
    }

    /// Whether a request is for the registry rather than a page.
    static func isRegistry(_ head: HTTPRequest) -> Bool {
        Exchange.parts(of: head).first == "v2"
    }

    /// The origin in a challenge. Up to 1.25 it is the configured one unless a proxy names the scheme;
    /// 1.27 takes the request's `Host` always, and `http` where no proxy says otherwise.
    private func realm(_ head: HTTPRequest, root: Origin) throws -> Origin {
        let forwarded = Self.forwardedScheme(head.headerFields)
        if version < .v1_27, forwarded == nil { return root }
        return try Origin(of: head, isTLS: (forwarded ?? head.scheme) == "https")
    }

    /// What a proxy says that the client used.
    private static func forwardedScheme(_ fields: HTTPFields) -> String? {
        func field(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { fields[$0] }?.lowercased()
        }
        let named = ["X-Forwarded-Proto", "X-Forwarded-Protocol", "X-Url-Scheme"]
            .lazy.compactMap(field).first { ["http", "https"].contains($0) }
        if let named { return named }
        let flag = field("Front-End-Https") ?? field("X-Forwarded-Ssl")
        return flag.map { $0 == "on" ? "https" : "http" }
    }
}
