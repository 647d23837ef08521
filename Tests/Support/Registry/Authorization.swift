import Synchronization

extension RegistryCore {
    /// The 401 for a request that is not allowed, or nil when it may go on.
    func challenge(_ head: RequestHead, route: RegistryRoute) -> Response? {
        let sent = head.headers["Authorization"]
        switch auth {
        case .none: return nil
        case .basic(let user, let password):
            if sent == basicAuthorization(user: user, password: password) { return nil }
            return unauthorized([#"Basic realm="scripted""#])
        case .token(let settings):
            if route == .token { return nil }
            let basic = basicAuthorization(user: settings.user, password: settings.password)
            if settings.acceptsBasic, sent == basic { return nil }
            let needed = neededScopes(head, route)
            var reason: String?
            if let sent, sent.hasPrefix("Bearer ") {
                let granted = tokens.withLock { $0.use(String(sent.dropFirst(7))) }
                if let granted, granted.isSuperset(of: needed) { return nil }
                reason = granted == nil ? "invalid_token" : "insufficient_scope"
            }
            return unauthorized(bearerChallenges(head, settings, needed, reason))
        }
    }

    /// Replies to the token endpoint's GET and POST.
    func issueToken(_ request: RegistryRequest) -> Response {
        guard case .token(let settings) = auth else {
            return error(404, "UNSUPPORTED", "404 page not found")
        }
        switch request.head.method {
        case "GET" where settings.acceptsGet: return tokenByGet(request, settings)
        case "POST" where settings.acceptsPost: return tokenByPost(request, settings)
        default: return Response(404)
        }
    }

    private func tokenByGet(_ request: RegistryRequest, _ settings: TokenAuth) -> Response {
        let asked = scopes(request.head.queryValues("scope"))
        let basic = basicAuthorization(user: settings.user, password: settings.password)
        let offline = request.query("offline_token") == "true"
        switch request.head.headers["Authorization"] {
        case basic: return tokenReply(asked, settings, offline: offline)
        case nil where settings.anonymousPull:
            return tokenReply(asked.filter { $0.action == "pull" }, settings, offline: false)
        default: return error(401, "UNAUTHORIZED", "authentication required")
        }
    }

    private func tokenByPost(_ request: RegistryRequest, _ settings: TokenAuth) -> Response {
        let form = String(decoding: request.body, as: UTF8.self)
        func value(_ name: String) -> String? { formValues(form, name).first }
        let isAllowed =
            switch value("grant_type") {
            case "password":
                value("username") == settings.user && value("password") == settings.password
            case "refresh_token":
                settings.refreshToken != nil && value("refresh_token") == settings.refreshToken
            default: false
            }
        guard isAllowed else { return error(401, "UNAUTHORIZED", "authentication required") }
        let offline = value("access_type") == "offline"
        return tokenReply(scopes(formValues(form, "scope")), settings, offline: offline)
    }

    private func tokenReply(
        _ scopes: Set<TokenScope>, _ settings: TokenAuth, offline: Bool
    ) -> Response {
        let token = tokens.withLock { $0.issue(scopes, settings.lifetime) }
        var parts = settings.fields.map { #""\#($0.rawValue)":"\#(token)""# }
        if let seconds = settings.expiresIn { parts.append(#""expires_in":\#(seconds)"#) }
        if offline, let refresh = settings.refreshToken {
            parts.append(#""refresh_token":"\#(refresh)""#)
        }
        let body = "{\(parts.joined(separator: ","))}\n"
        return Response(
            200, headers: ["Content-Type": "application/json"], body: Array(body.utf8))
    }

    /// `repository:NAME:pull,push` texts, taken apart; `*` stands for every action.
    private func scopes(_ texts: [String]) -> Set<TokenScope> {
        var result: Set<TokenScope> = []
        for text in texts.flatMap({ $0.split(separator: " ") }) where text.hasPrefix("repository:")
        {
            let parts = text.split(separator: ":")
            guard parts.count >= 3, let actions = parts.last else { continue }
            let name = parts.dropFirst().dropLast().joined(separator: ":")
            let all = actions == "*" ? ["pull", "push", "delete"] : actions.split(separator: ",")
            for action in all {
                result.insert(TokenScope(repository: name, action: String(action)))
            }
        }
        return result
    }

    private func neededScopes(_ head: RequestHead, _ route: RegistryRoute) -> Set<TokenScope> {
        guard let repository = route.repository else { return [] }
        let isUpload = if case .upload = route { true } else { false }
        let actions =
            switch head.method {
            case "GET" where !isUpload, "HEAD" where !isUpload: ["pull"]
            case "DELETE" where !isUpload: ["delete"]
            default: ["pull", "push"]
            }
        var scopes = Set(actions.map { TokenScope(repository: repository, action: $0) })
        if route == .startUpload(repository: repository), let from = head.queryValues("from").first
        {
            scopes.insert(TokenScope(repository: from, action: "pull"))
        }
        return scopes
    }

    private func bearerChallenges(
        _ head: RequestHead, _ settings: TokenAuth, _ needed: Set<TokenScope>, _ reason: String?
    ) -> [String] {
        let realm = settings.realm ?? "http://\(head.headers["Host"] ?? "localhost")/token"
        var bearer = #"Bearer realm="\#(realm)",service="\#(settings.service)""#
        let scope = Set(needed.map(\.repository)).sorted().map { repository in
            let actions = needed.filter { $0.repository == repository }.map(\.action).sorted()
            return "repository:\(repository):\(actions.joined(separator: ","))"
        }
        if !scope.isEmpty { bearer += #",scope="\#(scope.joined(separator: " "))""# }
        if let reason { bearer += #",error="\#(reason)""# }
        let all = settings.otherChallenges + [bearer]
        return settings.joinsChallenges ? [all.joined(separator: ", ")] : all
    }

    private func unauthorized(_ challenges: [String]) -> Response {
        var response = error(401, "UNAUTHORIZED", "authentication required")
        for value in challenges { response.headers.add("WWW-Authenticate", value) }
        return response
    }
}
