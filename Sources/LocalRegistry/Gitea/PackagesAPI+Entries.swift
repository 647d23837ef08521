import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import OCIRegistry

/// Lists of versions, page by page, newest first.
extension PackagesAPI {
    /// A user or organisation. That is all that is known of one.
    struct User: Encodable {
        let id = 1
        let login: String
        let username: String
    }

    /// A version of a package.
    struct Entry: Encodable {
        let id: Int64
        let owner: User
        let repository: Nothing = Nothing()
        let creator: User
        let type = "container"
        let name: String
        let version: String
        let html_url: String
        let created_at: String
    }

    /// JSON's `null`: no package here is linked to a repository of sources.
    struct Nothing: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        }
    }

    /// Entries of a page unless told otherwise, and at most.
    private static let pageSize = (usual: 30, largest: 50)

    func entry(_ version: PackageVersion, _ repository: RepositoryName) -> Entry {
        let name = GiteaName(repository.description)
        let image = name.image ?? ""
        let user = User(login: name.owner, username: name.owner)
        let path = "\(PercentEncoding.encode(image))/\(PercentEncoding.encode("\(version.name)"))"
        return Entry(
            id: version.id, owner: user, creator: user, name: image, version: "\(version.name)",
            html_url: "\(origin)/\(name.owner)/-/packages/container/\(path)",
            created_at: Date(timeIntervalSince1970: Double(version.created)).formatted(.iso8601))
    }

    /// Every version of every package of an owner.
    func list(_ owner: String) async throws -> Response {
        let store = gitea.store
        let text = exchange.query["q"]?.lowercased() ?? ""
        let type = exchange.query["type"] ?? ""
        guard type.isEmpty || type == "container" else { return page([]) }
        let found = try await gitea.disk.run {
            var found: [(RepositoryName, PackageVersion)] = []
            try store.forEachRepository(of: owner) { name throws(StoreError) in
                let image = GiteaName(name.description).image ?? ""
                guard text.isEmpty || image.contains(text) else { return }
                for version in try store.versions(of: name) { found.append((name, version)) }
            }
            return found.sorted { ($0.1.created, $0.1.id) > ($1.1.created, $1.1.id) }
        }
        return page(found)
    }

    /// Every version of a package.
    func list(_ name: RepositoryName) async throws -> Response {
        let store = gitea.store
        let versions = try await gitea.disk.run {
            store.hasRepository(name) ? try store.versions(of: name) : nil
        }
        guard let versions else { return missing }
        return page(versions.map { (name, $0) })
    }

    private func page(_ all: [(RepositoryName, PackageVersion)]) -> Response {
        func number(_ name: String) -> Int { exchange.query[name].flatMap { Int($0) } ?? 0 }
        let asked = number("limit")
        let size = asked > 0 ? min(asked, Self.pageSize.largest) : Self.pageSize.usual
        let last = max(1, (all.count + size - 1) / size)
        let current = max(1, number("page"))
        let entries = all.dropFirst(min(current - 1, last) * size).prefix(size)
        var headers: HTTPFields = [
            .totalCount: "\(all.count)", .accessControlExposeHeaders: "X-Total-Count",
        ]
        var links: [String] = []
        if current < last { links += [link(current + 1, "next"), link(last, "last")] }
        if current > 1 { links += [link(1, "first"), link(current - 1, "prev")] }
        if !links.isEmpty { headers[.link] = links.joined(separator: ",") }
        return .json(entries.map { entry($0.1, $0.0) }, headers)
    }

    private func link(_ page: Int, _ relation: String) -> String {
        var query = ["limit", "q", "type"].compactMap { name in
            exchange.query[name].map { (name, $0) }
        }
        query.append(("page", "\(page)"))
        let path = (exchange.request.head.path ?? "").prefix { $0 != "?" }
        return "<\(origin)\(path)?\(PercentEncoding.encode(query))>; rel=\"\(relation)\""
    }
}

extension HTTPField.Name {
    fileprivate static var totalCount: HTTPField.Name {
        guard let name = HTTPField.Name("X-Total-Count") else { preconditionFailure("no name") }
        return name
    }
}
