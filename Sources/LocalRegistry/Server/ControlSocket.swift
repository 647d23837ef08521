import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

/// How the owner of a root folder speaks to the server that holds it: HTTP on a socket in the folder,
/// which only the owner can open.
///
/// `POST /collect?grace=SECONDS` collects garbage and answers with a ``CollectionReport``.
struct ControlSocket: Sendable {
    let store: Store
    let disk: DiskPool

    /// Where the socket of a root folder is.
    static func path(root: String) -> String { root + "/control" }

    /// A socket's path has to fit into the kernel's structure.
    static let pathLimit = 107

    func respond(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let response = await answer(Exchange(request))
        try await writer.write(response: response.head, body: response.body)
    }

    private func answer(_ exchange: Exchange) async -> Response {
        guard exchange.route == .other(["collect"]), exchange.method == .post,
            let grace = exchange.query["grace"].flatMap({ Int64($0) }), grace >= 0
        else { return .empty(.notFound) }
        do {
            return .json(try await disk.run { try store.collect(grace: grace) })
        } catch {
            return .document(Array("\(error)".utf8), "text/plain", status: .internalServerError)
        }
    }
}
