import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// The OCI distribution specification 1.1.1, with what its next version adds: tags as parameters of a
/// manifest's PUT, the digest's algorithm named at the start of an upload, and cancelling one.
struct OCIAPI: RegistryAPI {
    let store: Store
    let disk: DiskPool
    /// Whether a manifest may name blobs and manifests that are not there. The specification lets a
    /// registry choose; mirrors of some platforms of an index need it.
    let acceptsSparse: Bool

    /// Largest manifest taken, in bytes. OCI distribution-spec, "Pushing Manifests".
    static let manifestLimit = 4 << 20

    func needs(_ exchange: Exchange) throws -> [Access] {
        switch exchange.route {
        case .base: return [.ping]
        case .catalog: return [.catalog]
        case .uploads(let text):
            let name = try Self.name(text)
            let source = exchange.query["from"].flatMap { try? RepositoryName($0) }
            return [.pull(name), .push(name)] + (source.map { [.pull($0)] } ?? [])
        case .upload(let text, _):
            let name = try Self.name(text)
            return [.pull(name), .push(name)]
        case .tags(let text), .manifest(let text, _), .blob(let text, _), .referrers(let text, _):
            let name = try Self.name(text)
            switch exchange.method {
            case .get, .head: return [.pull(name)]
            case .delete: return [.delete(name)]
            default: return [.pull(name), .push(name)]
            }
        case .other, .unknown: throw RegistryError.noSuchEndpoint
        }
    }

    func respond(_ exchange: Exchange) async throws -> Response {
        switch exchange.route {
        case .base:
            guard exchange.isRead else { throw RegistryError.notAllowed("GET, HEAD") }
            return .document(Array("{}".utf8), "application/json")
        case .catalog: return try await catalog(exchange)
        case .tags(let name): return try await tags(Self.name(name), exchange)
        case .referrers(let name, let digest):
            return try await referrers(of: Self.digest(digest), Self.name(name), exchange)
        case .manifest(let name, let reference):
            return try await manifest(reference, Self.name(name), exchange)
        case .blob(let name, let digest):
            return try await blob(Self.digest(digest), Self.name(name), exchange)
        case .uploads(let name): return try await startUpload(Self.name(name), exchange)
        case .upload(let name, let session):
            return try await upload(session, Self.name(name), exchange)
        case .other, .unknown: throw RegistryError.noSuchEndpoint
        }
    }

    func render(_ error: RegistryError) -> Response {
        .json(ErrorReply(error), status: error.status, error.headers)
    }

    static func name(_ text: String) throws -> RepositoryName {
        do { return try RepositoryName(text) } catch {
            throw RegistryError(.badRequest, .nameInvalid, error.message)
        }
    }

    static func digest(_ text: String) throws -> Digest {
        do { return try Digest(parsing: text) } catch {
            throw RegistryError(.badRequest, .digestInvalid, error.message)
        }
    }
}

extension RegistryError {
    static let noSuchEndpoint = RegistryError(
        .notFound, .unsupported, "a registry has no such endpoint")

    static func notAllowed(_ methods: String) -> RegistryError {
        RegistryError(
            .methodNotAllowed, .unsupported, "the method is not one of \(methods)",
            headers: [.allow: methods])
    }

    static func unknownRepository(_ name: RepositoryName) -> RegistryError {
        RegistryError(.notFound, .nameUnknown, "nothing was pushed to '\(name)' yet")
    }
}
