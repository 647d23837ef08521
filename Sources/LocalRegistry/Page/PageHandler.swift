import FoundationEssentials
import HummingbirdCore
import OCIRegistry

/// Answers what is asked with a browser: who may see the page, what it shows, the page.
struct PageHandler: Sendable {
    let store: Store
    let disk: DiskPool
    let renderer: PageRenderer
    /// Whether a push needs `docker login` first.
    let needsLogin: Bool

    /// The page at a path, given as its decoded components.
    ///
    /// Throws what the guard throws where it may not be seen, ``StoreError``, and
    /// ``RegistryError`` (405).
    func respond(
        _ path: [String], _ exchange: Exchange, _ access: any AccessGuard, _ origin: Origin
    ) async throws -> Response {
        guard exchange.isRead else { throw RegistryError.notAllowed("GET, HEAD") }
        let route = PageRoute(path: "/" + path.joined(separator: "/"))
        _ = try await access.authorize(exchange.request.head, [need(of: route)], origin: origin)
        let query = PageQuery(filter: exchange.query["q"] ?? "", after: exchange.query["after"])
        let address = try RegistryHost(origin.authority)
        let now = Date().timeIntervalSince1970
        return try await disk.run {
            let source = PageSource(store: store, address: address, needsLogin: needsLogin)
            switch route {
            case .list:
                return renderer.page(try source.list(query), now: now)
            case .repository(let name):
                if let details = try source.repository(name, query) {
                    return renderer.page(details, now: now)
                }
            case .image(let name, let digest):
                if let details = try source.image(digest, in: name) {
                    return renderer.page(details, now: now)
                }
            case nil: break
            }
            return renderer.notFound(
                "There is no page at \(exchange.request.uri.path).", server: try source.server(),
                now: now)
        }
    }

    private func need(of route: PageRoute?) -> Access {
        switch route {
        case .repository(let name), .image(let name, _): .pull(name)
        case .list, nil: .catalog
        }
    }
}
