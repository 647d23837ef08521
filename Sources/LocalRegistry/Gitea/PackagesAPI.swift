import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// Gitea's REST API as far as container packages go: `/api/v1/version` and `/api/v1/packages`.
struct PackagesAPI: Sendable {
    let gitea: GiteaAPI
    let exchange: Exchange
    /// The path after `/api/v1`, decoded; a nested name is one component.
    private let path: [String]
    /// Where clients reach the server.
    let origin: Origin

    private static let notFound = "The target couldn't be found."

    /// Nil for a request of another path. Throws ``RegistryError`` (400) for a `Host` that is none.
    init?(gitea: GiteaAPI, _ exchange: Exchange) throws {
        let parts = exchange.pathParts
        guard parts.starts(with: ["api", "v1"]) else { return nil }
        self.gitea = gitea
        self.exchange = exchange
        path = parts.dropFirst(2).map { PercentEncoding.decode($0.utf8) ?? "" }
        let head = exchange.request.head
        origin = try gitea.externalOrigin ?? Origin(of: head, isTLS: head.scheme == "https")
    }

    func respond() async throws -> Response {
        if path == ["version"] { return .json(["version": gitea.version.release]) }
        guard path.count >= 2, path[0] == "packages" else { throw RegistryError.notRouted }
        let owner = GiteaName(path[1]).lowerOwner
        if let refusal = try await refusal(owner) { return refusal }
        guard gitea.owners.find(owner, makes: false) == .exists else { return missing }
        if path.count == 2 {
            guard exchange.method == .get else { return .empty(.methodNotAllowed) }
            return try await list(owner)
        }
        guard path.count >= 4, path[2] == "container" else { return missing }
        guard let name = try? RepositoryName("\(owner)/\(path[3].lowercased())") else {
            return missing
        }
        switch (exchange.method, Array(path.dropFirst(4))) {
        case (.get, []): return try await list(name)
        case (.delete, []) where gitea.version < .v1_27: return .empty(.methodNotAllowed)
        case (.delete, []): return try await delete { try $0.deleteRepository(name) }
        case (.get, ["-", "latest"]): return try await latest(name)
        case (let method, let rest):
            guard let text = rest.first, let version = VersionName(text) else { return missing }
            return try await respond(method, Array(rest.dropFirst()), version, name)
        }
    }

    private func respond(
        _ method: HTTPRequest.Method, _ rest: [String], _ version: VersionName,
        _ name: RepositoryName
    ) async throws -> Response {
        switch (method, rest) {
        case (.get, []):
            guard let found = try await find(version, name) else { return missing }
            return .json(entry(found, name))
        case (.get, ["files"]):
            guard let found = try await find(version, name) else { return missing }
            return try await files(of: found, name)
        case (.delete, []): return try await delete { try $0.deleteVersion(version, from: name) }
        default: return missing
        }
    }

    /// Why a caller may not; nil when it may.
    private func refusal(_ owner: String) async throws -> Response? {
        guard let access = gitea.access else { return nil }
        guard case .user(let user) = try await access.restCaller(exchange.request.head) else {
            return failure(.unauthorized, "token is required")
        }
        let needed = exchange.isRead ? GiteaAccess.PackageScope.read : .write
        guard access.scope(of: user) >= needed else {
            return failure(
                .forbidden,
                "token does not have at least one of required scope(s), required=["
                    + (exchange.isRead ? "read:package" : "write:package") + "]")
        }
        guard exchange.isRead || access.isWriter(user, of: owner) else {
            return failure(
                .forbidden, "user should have specific permission or be a site admin")
        }
        return nil
    }

    private func find(
        _ version: VersionName, _ name: RepositoryName
    ) async throws -> PackageVersion? {
        let store = gitea.store
        return try await gitea.disk.run { try store.version(version, of: name) }
    }

    private func latest(_ name: RepositoryName) async throws -> Response {
        let store = gitea.store
        let versions = try await gitea.disk.run { try store.versions(of: name) }
        guard let last = versions.max(by: { $0.id < $1.id }) else { return missing }
        return .json(entry(last, name))
    }

    private func delete(
        _ body: @escaping @Sendable (Store) throws -> Bool
    ) async throws -> Response {
        let store = gitea.store
        return try await gitea.disk.run { try body(store) } ? .empty(.noContent) : missing
    }

    /// 404 as the REST API has it.
    var missing: Response { failure(.notFound, Self.notFound) }

    private func failure(_ status: HTTPResponse.Status, _ message: String) -> Response {
        .json(["message": message, "url": "\(origin)/api/swagger"], status: status)
    }
}
