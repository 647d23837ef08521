import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// OCI distribution-spec, "Content Discovery".
extension OCIAPI {
    /// The most that one page holds, whatever is asked for.
    private static let pageLimit = 10_000
    /// The most bytes of descriptors in one page of referrers.
    private static let referrersSize = 4 << 20

    func tags(_ name: RepositoryName, _ exchange: Exchange) async throws -> Response {
        guard exchange.isRead else { throw RegistryError.notAllowed("GET, HEAD") }
        struct TagList: Encodable {
            let name: String
            let tags: [String]
        }
        let limit = try pageSize(exchange, default: Self.pageLimit)
        let last = exchange.query["last"]
        let found = try await disk.run {
            guard store.hasRepository(name) else { throw RegistryError.unknownRepository(name) }
            return try store.tags(in: name, after: last, limit: limit + 1)
        }
        let page = found.prefix(limit).map(\.description)
        return .json(
            TagList(name: name.description, tags: page),
            link(to: "/v2/\(name)/tags/list", limit, last: found.count > limit ? page.last : nil))
    }

    /// Docker's list of repositories; the specification leaves the path to it.
    func catalog(_ exchange: Exchange) async throws -> Response {
        guard exchange.isRead else { throw RegistryError.notAllowed("GET, HEAD") }
        struct Catalog: Encodable { let repositories: [String] }
        let limit = try pageSize(exchange, default: 1000)
        let last = exchange.query["last"]
        let found = try await disk.run {
            try store.repositories(after: last, limit: limit + 1)
        }
        let page = found.prefix(limit).map(\.description)
        return .json(
            Catalog(repositories: page),
            link(to: "/v2/_catalog", limit, last: found.count > limit ? page.last : nil))
    }

    func referrers(
        of digest: Digest, _ name: RepositoryName, _ exchange: Exchange
    ) async throws -> Response {
        guard exchange.isRead else { throw RegistryError.notAllowed("GET, HEAD") }
        let limit = try pageSize(exchange, default: 1000)
        let type = exchange.query["artifactType"]
        let last = exchange.query["last"]
        let found = try await disk.run {
            try store.referrers(
                of: digest, in: name, artifactType: type, after: last, limit: limit,
                size: Self.referrersSize)
        }
        var headers: HTTPFields = [:]
        if type != nil { headers[.ociFiltersApplied] = "artifactType" }
        let end = found.descriptors.last?.digest
        headers += link(
            to: "/v2/\(name)/referrers/\(digest)", limit,
            last: found.more ? end.map(RepositoryLayout.name) : nil, artifactType: type)
        return .document(
            JSON.encode(Manifest.Index(mediaType: .ociIndex, manifests: found.descriptors)),
            MediaType.ociIndex.rawValue, headers)
    }

    private func pageSize(_ exchange: Exchange, default usual: Int) throws -> Int {
        guard let text = exchange.query["n"] else { return usual }
        guard let count = Int(text), count >= 0 else {
            throw RegistryError(.badRequest, .unsupported, "n is not a number")
        }
        return min(count, Self.pageLimit)
    }

    /// RFC 8288: where the next page is.
    private func link(
        to path: String, _ limit: Int, last: String?, artifactType: String? = nil
    ) -> HTTPFields {
        guard let last, limit > 0 else { return [:] }
        let filter = artifactType.map { "&artifactType=\(PercentEncoding.encode($0))" } ?? ""
        let query = "n=\(limit)&last=\(PercentEncoding.encode(last))\(filter)"
        return [.link: "<\(path)?\(query)>; rel=\"next\""]
    }
}

func += (left: inout HTTPFields, right: HTTPFields) { left = left + right }
