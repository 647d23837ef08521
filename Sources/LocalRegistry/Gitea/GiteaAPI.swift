import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// Gitea's container registry, with what it does otherwise than the specification says.
struct GiteaAPI: RegistryAPI {
    let store: Store
    let disk: DiskPool
    let settings: GiteaSettings
    /// Who may do what; nil: everybody everything.
    let access: GiteaAccess?
    /// What clients reach the server as, where a proxy stands before it.
    let externalOrigin: Origin?

    var collapsesSlashes: Bool { true }
    var version: GiteaVersion { settings.version }
    var owners: GiteaOwners {
        GiteaOwners(settings: settings, store: store, users: access?.users)
    }

    /// Gitea asks who somebody is before it looks at the owner, and at the owner before it looks at what
    /// is allowed: so a request that comes to nothing needs no more than a ping.
    func needs(_ exchange: Exchange) -> [Access] {
        switch exchange.route {
        case .base: return exchange.method == .get ? [.ping] : []
        case .catalog: return exchange.method == .get ? [.catalog] : []
        case .unknown where Self.isTokenPath(exchange): return []
        case .other, .unknown: return [.ping]
        default:
            guard let text = exchange.route.repository, let name = GiteaName(text).repository,
                owners.find(GiteaName(text).owner, makes: exchange.makesOwner) == .exists
            else { return [.ping] }
            return [exchange.needsWriting ? .push(name) : .pull(name)]
        }
    }

    func respond(_ exchange: Exchange) async throws -> Response {
        switch exchange.route {
        case .base:
            guard exchange.method == .get else { throw RegistryError.silent(.methodNotAllowed) }
            return .empty(.ok)
        case .catalog:
            guard exchange.method == .get else { throw RegistryError.silent(.methodNotAllowed) }
            return try await catalog(exchange)
        case .unknown where Self.isTokenPath(exchange):
            // Without users a token says nothing, but a client that wants one gets one.
            guard exchange.method == .get else { throw RegistryError.silent(.notFound) }
            return GiteaAccess.reply(token: "anybody")
        case .referrers, .other, .unknown: throw RegistryError.notRouted
        default: break
        }
        guard let text = exchange.route.repository else { throw RegistryError.notRouted }
        let name = GiteaName(text)
        switch owners.find(name.owner, makes: exchange.makesOwner) {
        case .exists: break
        case .unknown: throw RegistryError.noOwner
        case .renamed(let new): return Self.redirect(exchange, to: new)
        }
        guard let repository = name.repository else { throw RegistryError.nameInvalid }
        switch exchange.route {
        case .tags: return try await tags(repository, exchange)
        case .manifest(_, let reference):
            return try await manifest(reference, repository, exchange)
        case .blob(_, let digest): return try await blob(digest, repository, exchange)
        case .uploads: return try await startUpload(repository, exchange)
        case .upload(_, let session): return try await upload(session, repository, exchange)
        default: throw RegistryError.notRouted
        }
    }

    /// Answers what is not below `/v2`: the REST API.
    func respondFirst(to exchange: Exchange) async throws -> Response? {
        try await PackagesAPI(gitea: self, exchange)?.respond()
    }

    func render(_ error: RegistryError) -> Response {
        if error.headers[.contentType] != nil {
            return .document(
                Array(error.message.utf8), "text/plain; charset=utf-8", status: error.status,
                error.headers)
        }
        switch error.code {
        case .unknown, .denied, .tooManyRequests: return .empty(error.status, error.headers)
        default: return .json(ErrorReply(error), status: error.status, error.headers)
        }
    }

    static func isTokenPath(_ exchange: Exchange) -> Bool {
        exchange.pathParts == ["v2", "token"]
    }

    /// The same path and query below another owner.
    private static func redirect(_ exchange: Exchange, to owner: String) -> Response {
        let query = (exchange.request.head.path ?? "").drop { $0 != "?" }
        let path = ["v2", owner[...]] + exchange.pathParts.dropFirst(2)
        return .empty(
            .temporaryRedirect, [.location: "/\(path.joined(separator: "/"))\(query)"])
    }
}

extension Exchange {
    /// Components of the path as sent, still encoded.
    var pathParts: [Substring] { Self.parts(of: request.head) }

    /// Those of any request.
    static func parts(of head: HTTPRequest) -> [Substring] {
        (head.path ?? "/").prefix { $0 != "?" }.split(separator: "/")
    }

    /// Whether the request needs the right to write. Everything about uploads does.
    var needsWriting: Bool { route.isUpload || !isRead }

    /// Whether the request is to add something, and with it an owner that was not there.
    var makesOwner: Bool { needsWriting && method != .delete || route.isUpload }
}

extension Route {
    fileprivate var isUpload: Bool {
        switch self {
        case .uploads, .upload: true
        default: false
        }
    }

    /// The repository's name, where the path has one.
    var repository: String? {
        switch self {
        case .tags(let name), .manifest(let name, _), .blob(let name, _), .uploads(let name),
            .upload(let name, _), .referrers(let name, _):
            name
        case .base, .catalog, .other, .unknown: nil
        }
    }
}
