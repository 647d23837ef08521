import HTTPTypes
import Logging

/// One repository of a registry, and the verbs that it takes. Each verb retries passing faults.
public struct Repository: Sendable {
    /// What tokens are asked for.
    public enum Access: Sendable {
        case pull
        case push
        case delete
    }

    /// The registry.
    public let client: RegistryClient
    /// The repository's name.
    public let name: RepositoryName
    let scopes: [Scope]

    /// Opens a repository for reading, or for writing too.
    public init(_ client: RegistryClient, _ name: RepositoryName, access: Access = .pull) {
        self.client = client
        self.name = name
        let scope: Scope =
            switch access {
            case .pull: .repository(name, .pull)
            case .push: .repository(name, .pull, .push)
            case .delete: .repository(name, .pull, .push, .delete)
            }
        self.scopes = [scope]
    }

    /// A reference to the repository itself.
    public var reference: Reference { Reference(host: client.host, repository: name) }

    /// Runs a verb under the client's retry policy; errors name the subject.
    func retrying<T: Sendable>(
        _ subject: String, progress: RetryProgress = RetryProgress(),
        _ operation: (Int) async throws -> T
    ) async throws -> T {
        do {
            return try await client.retry.run(
                progress: progress,
                onRetry: { error, wait in
                    client.logger.warning(
                        "\(subject): \(error.message); trying again in \(wait.inSeconds) s")
                }, operation)
        } catch let error as OCIError {
            var error = await client.explaining(error, scopes)
            error.subject = error.subject ?? subject
            throw error
        }
    }

    /// Sends a request for something below this repository.
    func send(
        _ method: HTTPRequest.Method, _ path: String, fields: HTTPFields = [:],
        body: TransportRequest.Body = .none,
        delivery: TransportRequest.Delivery = .collect(limit: TransportRequest.errorLimit)
    ) async throws -> TransportResponse {
        try await client.perform(
            RegistryRequest(
                method, .path("\(name)/\(path)"), fields: fields, body: body, delivery: delivery,
                scopes: scopes))
    }

    /// The error for a response that no caller expects.
    func failure(
        _ method: HTTPRequest.Method, _ path: String, _ response: TransportResponse
    ) -> OCIError {
        ResponseFailure(
            HTTPRequest(
                method: method, scheme: client.scheme, authority: client.host.description,
                path: "/v2/\(name)/\(path)"), response
        ).error
    }
}

extension Duration {
    /// Seconds with one decimal, for people.
    var inSeconds: String {
        let tenths = Int(self / .milliseconds(100))
        return "\(tenths / 10).\(tenths % 10)"
    }
}
