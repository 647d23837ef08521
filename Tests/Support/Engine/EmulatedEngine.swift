import Synchronization

/// The image API of a Docker Engine on a unix socket, with images from memory: stands for
/// engines that Debian does not have.
public final class EmulatedEngine: Sendable {
    /// What an export does instead of succeeding.
    public enum Fault: Sendable {
        /// Replies this with the engine's form of a message.
        case status(Int, message: String)
        /// Hangs up after so many bytes.
        case cut(after: Int)
    }

    private struct State {
        var exports = 0
        var faults: [Fault] = []
        var bytesPerSecond: Int?
    }

    /// For `DOCKER_HOST`.
    public let address: String
    private let folder: TemporaryFolder
    private let server: HTTPServer
    private let shared: Shared

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// What an engine says of itself.
    public struct Facts: Sendable {
        /// Its release.
        public var release: String
        /// The oldest and the newest version of its API.
        public var versions: (oldest: String, newest: String)
        /// Where it keeps images.
        public var rootFolder: String

        /// Facts of one engine.
        public init(
            release: String, versions: (oldest: String, newest: String), rootFolder: String
        ) {
            self.release = release
            self.versions = versions
            self.rootFolder = rootFolder
        }

        /// The reply to a path; nil for any other.
        fileprivate func reply(_ path: String) -> Response? {
            let body: String
            switch path {
            case "/version":
                body =
                    #"{"Version":\#(quoted(release)),"ApiVersion":\#(quoted(versions.newest)),"#
                    + #""MinAPIVersion":\#(quoted(versions.oldest)),"Os":"linux"}"#
            case "/info": body = #"{"DockerRootDir":\#(quoted(rootFolder))}"#
            default: return nil
            }
            return Response(
                200, headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        }
    }

    /// An engine with these images, by the name that is asked for, which tells `facts` of itself.
    public init(_ images: [String: EngineImage], facts: Facts? = nil) throws {
        folder = try TemporaryFolder(prefix: "engine")
        let socket = folder.file("engine.sock")
        address = "unix://\(socket)"
        let shared = Shared()
        self.shared = shared
        server = try HTTPServer(unixSocket: socket) { exchange in
            if let reply = facts?.reply(exchange.head.path) { return try exchange.send(reply) }
            try Self.answer(exchange, images, shared)
        }
    }

    deinit { server.stop() }

    /// How many exports were begun.
    public var exports: Int { shared.state.withLock { $0.exports } }

    /// Spoils the next exports, one each.
    public func spoilExports(_ faults: Fault...) {
        shared.state.withLock { $0.faults += faults }
    }

    /// Makes exports as slow as this; nil is full speed.
    public func throttle(bytesPerSecond: Int?) {
        shared.state.withLock { $0.bytesPerSecond = bytesPerSecond }
    }

    private static func answer(
        _ exchange: Exchange, _ images: [String: EngineImage], _ shared: Shared
    ) throws {
        let path = exchange.head.path
        let isExport = path == "/images/get"
        let name =
            isExport
            ? exchange.head.queryValues("names").first ?? ""
            : String(path.dropFirst("/images/".count).dropLast("/json".count))
        guard isExport || path.hasPrefix("/images/") && path.hasSuffix("/json") else {
            return try exchange.send(message(404, "page not found"))
        }
        guard let image = images[name] else {
            return try exchange.send(message(404, "No such image: \(name)"))
        }
        guard isExport else {
            let headers: HeaderFields = ["Content-Type": "application/json"]
            return try exchange.send(
                Response(200, headers: headers, body: Array(image.inspection.utf8)))
        }
        let (fault, speed) = shared.state.withLock { state in
            state.exports += 1
            return (state.faults.isEmpty ? nil : state.faults.removeFirst(), state.bytesPerSecond)
        }
        if case .status(let status, let text)? = fault {
            return try exchange.send(message(status, text))
        }
        exchange.throttle(bytesPerSecond: speed)
        let headers: HeaderFields = [
            "Content-Type": "application/x-tar", "Transfer-Encoding": "chunked",
        ]
        let cut: Int? = if case .cut(let count)? = fault { count } else { nil }
        try exchange.send(
            Response(200, headers: headers, body: chunked(image.archive)), cutAfter: cut)
    }

    private static func message(_ status: Int, _ text: String) -> Response {
        let headers: HeaderFields = ["Content-Type": "application/json"]
        return Response(
            status, headers: headers, body: Array("{\"message\":\(quoted(text))}\n".utf8))
    }

    /// The chunked form, in the pieces that Go writes.
    private static func chunked(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 1000 + 16)
        for start in stride(from: 0, to: bytes.count, by: 32 << 10) {
            let piece = bytes[start..<min(start + (32 << 10), bytes.count)]
            result += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece
            result += Array("\r\n".utf8)
        }
        return result + Array("0\r\n\r\n".utf8)
    }
}
