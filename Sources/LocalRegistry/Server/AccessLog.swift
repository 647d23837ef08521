import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import OCIRegistry

/// One line a request, and why the server failed where it did. Never a query's value or a secret.
struct AccessLog: Sendable {
    let logger: Logger

    /// Without a status: the client was gone before there was an answer.
    func write(
        _ request: Request, _ status: HTTPResponse.Status?, _ channel: any Channel, _ took: Duration
    ) {
        guard logger.logLevel <= .info else { return }
        let milliseconds = took.components.attoseconds / 1_000_000_000_000_000
        let time = "\(took.components.seconds * 1000 + milliseconds) ms"
        let client = channel.remoteAddress?.ipAddress ?? "-"
        let code = status.map { "\($0.code)" } ?? "-"
        logger.info("\(client) \(request.method) \(Self.path(request)) \(code) \(time)")
    }

    func report(_ error: any Error, _ request: Request) {
        logger.error("\(request.method) \(Self.path(request)): \(error)")
    }

    /// Bounded, printable, and without the name of an upload session, which lets others write to it.
    private static func path(_ request: Request) -> String {
        var path = request.uri.path
        if case .upload(let name, _) = Route(path: path, collapsingSlashes: true) {
            path = "/v2/\(name)/blobs/uploads/..."
        }
        let printable = path.unicodeScalars.prefix(500).map { scalar in
            (0x21...0x7e).contains(scalar.value) ? Character(scalar) : "?"
        }
        return String(printable)
    }
}
