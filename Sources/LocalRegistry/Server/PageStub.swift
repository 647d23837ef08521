import HTTPTypes
import HummingbirdCore
struct PageHandler: Sendable {
    func respond(
        _ path: [String], _ exchange: Exchange, _ access: any AccessGuard, _ origin: Origin
    ) async throws -> Response { .empty(.notFound) }
}
