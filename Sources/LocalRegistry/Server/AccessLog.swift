import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import OCIRegistry

/// One line a request, and why the server failed where it did. Never a query's value or a secret.
struct AccessLog: Sendable {
    let logger: Logger

    func write(
        _ request: Request, _ status: HTTPResponse.Status, _ channel: any Channel, _ took: Duration
    ) {
        guard logger.logLevel <= .info else { return }
        let milliseconds = took.components.attoseconds / 1_000_000_000_000_000
        let time = "\(took.components.seconds * 1000 + milliseconds) ms"
        let client = channel.remoteAddress?.ipAddress ?? "-"
        logger.info("\(client) \(request.method) \(request.uri.path) \(status.code) \(time)")
    }

    func report(_ error: any Error, _ request: Request) {
        logger.error("\(request.method) \(request.uri.path): \(error)")
    }
}
