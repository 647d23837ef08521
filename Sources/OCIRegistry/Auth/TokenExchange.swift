import HTTPTypes
import Logging

/// Gets one token: picks the grant that fits the credentials, tries the next where an endpoint does
/// not know one, and explains a refusal.
struct TokenExchange: Sendable {
    let endpoint: TokenEndpoint
    let transport: any HTTPTransport
    let clock: @Sendable () -> Double
    /// The user's credentials, and where they came from.
    let credentials: SourcedCredentials
    /// A refresh token from an earlier reply of this endpoint.
    let refreshToken: String?

    /// The reply, and the refresh token that is good for the next time.
    ///
    /// Throws ``OCIError``: denied when the endpoint refuses, temporary for 408, 429 and 5xx,
    /// protocol for any other answer; and what the transport throws.
    func token(
        for scopes: [Scope]
    ) async throws -> (reply: TokenReply, refreshToken: String?) {
        if let refreshToken, endpoint.realm.isTrusted {
            let answer = try await send(.refreshToken(refreshToken), scopes)
            // A refresh token may have run out; then the user's own credentials still count.
            if answer.isPassing || answer.isSuccess {
                let reply = try reply(answer)
                return (reply, reply.refreshToken ?? refreshToken)
            }
        }
        let reply = try await replyToCredentials(scopes)
        return (reply, reply.refreshToken)
    }

    private func replyToCredentials(_ scopes: [Scope]) async throws -> TokenReply {
        switch endpoint.realm.isTrusted ? credentials.credentials : .anonymous {
        case .identityToken(let token):
            return try reply(await send(.refreshToken(token), scopes))
        case .basic(let username, let password):
            // Every registry known takes GET, Gitea nothing else; POST may be answered 404 or 405.
            let response = try await send(.query(credentials.credentials), scopes)
            guard response.isUnknownMethod else { return try reply(response) }
            let grant = TokenGrant.password(username: username, password: password)
            let second = try await send(grant, scopes)
            return try reply(second.isUnknownMethod ? response : second)
        case .anonymous, .bearer:
            return try reply(await send(.query(.anonymous), scopes))
        }
    }

    /// A response with the request that it answers.
    private struct Answer {
        let request: TransportRequest
        let response: TransportResponse

        var status: Int { response.status }
        var isSuccess: Bool { (200..<300).contains(status) }
        var isPassing: Bool { [408, 429].contains(status) || status >= 500 }
        var isUnknownMethod: Bool { [404, 405].contains(status) }
        /// OAuth2 puts a refused grant in status 400. RFC 6749, section 5.2.
        var isRefusal: Bool {
            [401, 403].contains(status) || (status == 400 && request.head.method == .post)
        }
    }

    private func send(_ grant: TokenGrant, _ scopes: [Scope]) async throws -> Answer {
        let request = endpoint.request(grant, scopes: scopes)
        return Answer(request: request, response: try await transport.send(request))
    }

    private func reply(_ answer: Answer) throws(OCIError) -> TokenReply {
        var exchange = OCIError.Exchange(
            request: Redaction.redacted(answer.request.head), status: answer.status)
        let registry = endpoint.registry.description
        if answer.isSuccess {
            do {
                return try TokenReply(answer.response.body, receivedAt: clock())
            } catch {
                throw OCIError(
                    error.kind, error.message, subject: registry, exchange: exchange,
                    advice: "the token service of \(registry) is not one; check its realm")
            }
        }
        exchange.registryMessage =
            ErrorDocument(answer.response.body, redacting: secrets).summary
        if answer.isRefusal { throw denial(exchange) }
        if answer.isPassing {
            let now = clock()
            throw OCIError(
                .temporary, "the token endpoint cannot answer now", subject: registry,
                exchange: exchange, advice: "try again later",
                retryAfter: RetryAfter.seconds(in: answer.response.head.headerFields, now: now))
        }
        let isRedirect = (300..<400).contains(answer.status)
        throw OCIError(
            .protocolViolation,
            isRedirect
                ? "the token endpoint redirects elsewhere, which is not followed"
                : "the token endpoint answered with status \(answer.status)",
            subject: registry, exchange: exchange,
            advice: "the registry's operator has to correct the realm of its token service")
    }

    private var secrets: [String] {
        credentials.credentials.secrets + (refreshToken.map { [$0] } ?? [])
    }

    private func denial(_ exchange: OCIError.Exchange) -> OCIError {
        let advice = DenialAdvice(
            registry: endpoint.registry, endpoint: endpoint, credentials: credentials)
        return OCIError(
            .denied, advice.message, subject: endpoint.registry.description, exchange: exchange,
            advice: advice.text)
    }
}
