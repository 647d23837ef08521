import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// Gitea's lists. Tags come with a link to a next page whether there is one or not.
extension GiteaAPI {
    func tags(_ name: RepositoryName, _ exchange: Exchange) async throws -> Response {
        guard exchange.method == .get else { throw RegistryError.notRouted }
        struct TagList: Encodable {
            let name: String
            let tags: [String]
        }
        let count = Self.number(exchange.query["n"])
        let last = exchange.query["last"]?.lowercased()
        let tags = try await disk.run {
            guard store.hasRepository(name) else {
                throw RegistryError.gitea(.notFound, .nameUnknown)
            }
            return try store.tags(in: name, after: last, limit: count ?? .max)
        }.map(\.description)
        var query = tags.last.map { [("last", $0)] } ?? []
        if let count { query.append(("n", "\(count)")) }
        return .json(
            TagList(name: name.description, tags: tags),
            Self.link(to: "/v2/\(name)/tags/list", tags.isEmpty ? [] : query))
    }

    func catalog(_ exchange: Exchange) async throws -> Response {
        struct Catalog: Encodable { let repositories: [String] }
        var count = Self.number(exchange.query["n"]) ?? 0
        if !(1...100).contains(count) { count = 100 }
        let limit = count
        let last = exchange.query["last"]?.lowercased()
        let names = try await disk.run {
            try store.repositories(after: last, limit: limit)
        }.map(\.description)
        let query = names.last.map { [("last", $0), ("n", "\(limit)")] } ?? []
        return .json(
            Catalog(repositories: names),
            Self.link(to: "/v2/_catalog", names.count == limit ? query : []))
    }

    /// A field that is a number; nil where there is none, 0 where it is something else. Less than nothing
    /// is no bound.
    private static func number(_ field: String?) -> Int? {
        guard let field, !field.isEmpty else { return nil }
        let number = Int(field) ?? 0
        return number < 0 ? nil : number
    }

    private static func link(to path: String, _ query: [(String, String)]) -> HTTPFields {
        guard !query.isEmpty else { return [:] }
        return [.link: "<\(path)?\(PercentEncoding.encode(query))>; rel=\"next\""]
    }
}
