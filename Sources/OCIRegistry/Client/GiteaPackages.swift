import HTTPTypes
import Logging
import Synchronization

/// Gitea's packages API, `/api/v1/packages`, as far as it tells what the distribution API does not: when
/// each version of an image came, and which manifests are there under no tag.
public struct GiteaPackages: Sendable {
    /// A version of an image: a tag, or a manifest that was pushed by its digest.
    public struct Row: Sendable, Hashable, Codable {
        /// The row's number; one that is overwritten gets another.
        public var id: Int64
        /// A tag, or `sha256:…`.
        public var version: String
        /// When it came, RFC 3339.
        public var created: String
    }

    /// Where the packages are.
    public let repository: Repository
    /// Requests at a time.
    private let parallel: Int

    /// The packages API of a repository's registry.
    public init(_ repository: Repository, parallel: Int = 8) {
        self.repository = repository
        self.parallel = parallel
    }

    /// Which release answers. Throws ``OCIError``, also where it does not say.
    public func release() async throws -> GiteaRelease {
        struct Reply: Decodable { var version: String }
        let response = try await send(.get, "version")
        guard response.status == 200 else { throw failure(.get, "version", response) }
        let text = try JSON.decode(Reply.self, from: response.body, what: "Gitea's version").version
        guard text.first?.isNumber == true else {
            throw OCIError(
                .protocolViolation, "'\(text.prefix(100))' is no version of Gitea",
                subject: "\(repository.reference)")
        }
        return GiteaRelease(text)
    }

    /// Every version of the image, newest first; nil where there is no such image.
    ///
    /// Throws ``OCIError``: temporary where the list changes faster than it can be read.
    public func rows(_ release: GiteaRelease) async throws -> [Row]? {
        for attempt in 1...3 {
            if let rows = try await readRows(release) { return rows.isEmpty ? nil : rows }
            client.logger.warning(
                "\(repository.reference): the list of versions changed (\(attempt))")
        }
        throw OCIError(
            .temporary, "the list of versions changes faster than it can be read, or is cut short",
            subject: "\(repository.reference)", advice: "run again when fewer pushes are under way")
    }

    /// The row of one version; nil where there is none.
    public func row(of version: String) async throws -> Row? {
        let path = "packages/\(owner)/container/\(image)/\(PercentEncoding.encode(version))"
        let response = try await send(.get, path)
        if response.status == 404 { return nil }
        guard response.status == 200 else { throw failure(.get, path, response) }
        let entry = try JSON.decode(Entry.self, from: response.body, what: "the version")
        return Row(id: entry.id, version: entry.version, created: entry.created_at)
    }

    /// Deletes one version and no other that has its manifest; false where there was none.
    public func delete(version: String) async throws -> Bool {
        let path = "packages/\(owner)/container/\(image)/\(PercentEncoding.encode(version))"
        let response = try await send(.delete, path)
        switch response.status {
        case 200, 202, 204: return true
        case 404: return false
        default: throw failure(.delete, path, response)
        }
    }

    /// All pages at once; nil where they do not add up.
    private func readRows(_ release: GiteaRelease) async throws -> [Row]? {
        let first = try await page(1, release)
        guard let first else { return [] }
        guard first.total > first.rows.count else { return first.wanted(image: imageName) }
        guard !first.rows.isEmpty, first.total <= 1_000_000 else { return nil }
        let count = (first.total + first.rows.count - 1) / first.rows.count
        let pages = Mutex([1: first])
        try await forEach(2...count, parallel: parallel) { number in
            let page = try await page(number, release) ?? Page(rows: [], total: -1)
            pages.withLock { $0[number] = page }
        }
        let all = pages.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
        let ids = Set(all.flatMap(\.rows).map(\.id))
        guard all.allSatisfy({ $0.total == first.total }), ids.count == first.total else {
            return nil
        }
        return all.flatMap { $0.wanted(image: imageName) }
    }

    private func page(_ number: Int, _ release: GiteaRelease) async throws -> Page? {
        let place =
            release.listsOnePackage
            ? "packages/\(owner)/container/\(image)?"
            : "packages/\(owner)?type=container&q=\(image)&"
        let path = "\(place)page=\(number)&limit=50"
        let response = try await send(.get, path)
        if response.status == 404 { return nil }
        guard response.status == 200 else { throw failure(.get, path, response) }
        let entries = try JSON.decode(
            [Entry].self, from: response.body, what: "the list of versions")
        let total = response.head.headerFields[.totalCount].flatMap { Int($0) }
        return Page(
            rows: entries.map {
                Page.Item(id: $0.id, name: $0.name, version: $0.version, created: $0.created_at)
            }, total: total ?? entries.count)
    }

    private var client: RegistryClient { repository.client }
    private var parts: [Substring] {
        repository.name.description.split(separator: "/", maxSplits: 1)
    }
    private var owner: String { PercentEncoding.encode(String(parts[0])) }
    private var imageName: String { parts.count > 1 ? String(parts[1]) : "" }
    private var image: String { PercentEncoding.encode(imageName) }

    private func send(
        _ method: HTTPRequest.Method, _ path: String
    ) async throws -> TransportResponse {
        try await repository.retrying("\(repository.reference)") { _ in
            let response = try await client.rest(method, "/api/v1/\(path)", repository.name)
            guard response.status != 429, response.status < 500 else {
                throw failure(method, path, response)
            }
            return response
        }
    }

    private func failure(
        _ method: HTTPRequest.Method, _ path: String, _ response: TransportResponse
    ) -> OCIError {
        var error = ResponseFailure(
            HTTPRequest(
                method: method, scheme: client.scheme, authority: client.host.description,
                path: "/api/v1/\(path)"), response
        ).error
        error.subject = "\(repository.reference)"
        if [401, 403].contains(response.status) {
            error.advice =
                "the packages API wants a token with read:package, and write:package to delete"
        }
        return error
    }
}

/// A version as the packages API tells it.
private struct Entry: Decodable {
    var id: Int64
    var name: String
    var version: String
    var created_at: String
}

/// A page of versions, maybe of several images.
private struct Page: Sendable {
    struct Item: Sendable {
        var id: Int64
        var name: String
        var version: String
        var created: String
    }

    var rows: [Item]
    var total: Int

    func wanted(image: String) -> [GiteaPackages.Row] {
        rows.filter { $0.name == image }.map {
            GiteaPackages.Row(id: $0.id, version: $0.version, created: $0.created)
        }
    }
}
