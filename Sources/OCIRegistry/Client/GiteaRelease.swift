import HTTPTypes

/// Which release a Gitea or Forgejo says that it is. Gitea API, `/version`.
public struct GiteaRelease: Sendable, Hashable, CustomStringConvertible {
    /// Gitea's own numbers; nil for Forgejo, which counts for itself.
    private let numbers: [Int]?
    /// Whether it is Forgejo, which names the Gitea that it is compatible with.
    public let isForgejo: Bool
    /// What it says: `1.25.1`, `1.26.0+dev-12`, `11.0.1+gitea-1.22.0`.
    public let description: String

    /// Takes what a server says.
    public init(_ text: String) {
        description = PlainText.line(text, limit: 60)
        let parts = text.prefix { $0.isNumber || $0 == "." }.split(separator: ".")
        let numbers = parts.compactMap { Int($0) }
        isForgejo = text.contains("+gitea-")
        self.numbers = isForgejo || numbers.count < 2 ? nil : numbers
    }

    /// Whether it is Gitea's own and one of those from `first` to `last`, both of them included.
    public func isWithin(_ first: [Int], _ last: [Int]) -> Bool {
        guard let numbers else { return false }
        return !numbers.lexicographicallyPrecedes(first) && !last.lexicographicallyPrecedes(numbers)
    }

    /// Asks a server; nil where it does not say. One that lets nobody look who is not signed in is asked
    /// again with a name and password, where there are some: they are for that very host.
    ///
    /// Throws what the transport does.
    public static func ask(
        _ host: RegistryHost, scheme: String, transport: any HTTPTransport,
        credentials: Credentials = .anonymous
    ) async throws -> GiteaRelease? {
        var head = HTTPRequest(
            method: .get, scheme: scheme, authority: host.endpoint, path: "/api/v1/version",
            headerFields: [.accept: "application/json"])
        var response = try await transport.send(TransportRequest(head))
        if [401, 403].contains(response.status), let basic = credentials.basicAuthorization {
            head.headerFields[.authorization] = basic
            response = try await transport.send(TransportRequest(head))
        }
        guard response.status == 200,
            let document = try? JSON.decode(JSONValue.self, from: response.body, what: "a version"),
            let text = document.object?["version"]?.string, text.first?.isNumber == true
        else { return nil }
        return GiteaRelease(text)
    }
}
