public import HTTPTypes

/// What a server wants to see before it answers: a scheme with its parameters or its token68.
///
/// RFC 9110, section 11.3 and 11.6.1.
public struct Challenge: Sendable, Hashable {
    /// The authentication scheme, in lower case: `basic`, `bearer`, …
    public var scheme: String
    /// The parameters, their names in lower case; of a repeated name the first.
    public var parameters: [String: String]
    /// The single opaque value that some schemes carry instead of parameters.
    public var token68: String?

    /// Puts a challenge together.
    public init(scheme: String, parameters: [String: String] = [:], token68: String? = nil) {
        self.scheme = scheme.lowercased()
        self.parameters = parameters
        self.token68 = token68
    }

    /// Whether Gitea or Forgejo asks. GitLab names the same service, and another realm.
    var isGiteas: Bool {
        scheme == "bearer" && parameters["service"] == "container_registry"
            && parameters["realm"]?.hasSuffix("/v2/token") == true
    }

    /// The challenges of every `WWW-Authenticate` line, in their order. Never throws: what is
    /// malformed is left out, and the rest is returned.
    public static func parse(_ fields: HTTPFields) -> [Challenge] {
        fields[values: .wwwAuthenticate].flatMap { line in
            var parser = ChallengeParser(line)
            return parser.challenges()
        }
    }
}
