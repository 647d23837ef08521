/// What to tell somebody whom a registry or its token service refused: which credentials were
/// used, never their values, and what to do next.
struct DenialAdvice: Sendable {
    let registry: RegistryHost
    /// The token endpoint, where the registry named one.
    let endpoint: TokenEndpoint?
    let credentials: SourcedCredentials

    /// Whether there are credentials that were kept back from the token endpoint.
    private var isWithheld: Bool {
        credentials.credentials != .anonymous && endpoint?.realm.isTrusted == false
    }

    /// What failed.
    var message: String {
        if let endpoint, isWithheld {
            return "registry \(registry) asks to authenticate at \(endpoint.realm.hostName); "
                + "credentials were not sent there"
        }
        return credentials.credentials == .anonymous
            ? "the token service refuses anonymous access"
            : "the token service refuses these credentials"
    }

    /// What to do next.
    var text: String {
        if let endpoint, isWithheld {
            let host = endpoint.realm.hostName
            return "if \(host) is right, pass --trust-realm \(host)"
        }
        var advice =
            credentials.credentials == .anonymous
            ? "no credentials were found for it: run 'publisher login \(registry)', or set "
                + "PUBLISHER_USERNAME and PUBLISHER_PASSWORD"
            : "credentials came from \(credentials.source): check them there"
        // GitLab's service has the same name but another realm.
        if let endpoint, endpoint.service == "container_registry",
            endpoint.realm.path.hasSuffix("/v2/token")
        {
            // Gitea answers 401 alike for a wrong token and for one without the scope.
            advice +=
                "; on Gitea an access token needs the write:package scope (read:package to "
                + "pull), and an Actions job token cannot push"
        }
        return advice
    }
}
