import Foundation
import Synchronization

/// As much of a forge like Gitea as workflows speak to: git repositories over HTTP, the start of a workflow, and
/// generic packages. All of it wants a token.
public final class Forge: Sendable {
    /// The start of a workflow that somebody asked for.
    public struct Dispatch: Sendable, Equatable {
        /// The workflow's file.
        public var workflow: String
        /// The JSON document.
        public var body: String
    }

    private struct State {
        var dispatches: [Dispatch] = []
        var packages: [String: [UInt8]] = [:]
        var refusesDispatch = false
    }

    /// The folder with the bare repositories: `OWNER/NAME.git`.
    public let folder: TemporaryFolder
    /// What it gives access to: tokens, by what they may be used for.
    private let tokens: Tokens
    private let state: Arc<State>
    private let server: HTTPServer

    /// Who may do what.
    public struct Tokens: Sendable {
        /// May read repositories.
        public var read: String
        /// May start workflows.
        public var dispatch: String
        /// `USER:TOKEN` that may write packages.
        public var packages: String

        /// Tokens.
        public init(read: String, dispatch: String, packages: String) {
            self.read = read
            self.dispatch = dispatch
            self.packages = packages
        }
    }

    /// Serves on a free port.
    public init(_ tokens: Tokens) throws {
        self.tokens = tokens
        folder = try TemporaryFolder(prefix: "forge")
        let (state, folder) = (Arc(State()), folder)
        self.state = state
        server = try HTTPServer { exchange in
            let answer = try Self.answer(exchange, tokens, folder.path, state)
            try exchange.send(answer)
        }
    }

    deinit { server.stop() }

    /// `http://127.0.0.1:PORT`.
    public var address: String { "http://127.0.0.1:\(server.port)" }

    /// The starts that were asked for.
    public var dispatches: [Dispatch] { state.value.withLock { $0.dispatches } }

    /// Answers every start with 500 from here on.
    public func refuseDispatches() { state.value.withLock { $0.refusesDispatch = true } }

    /// The files of packages, by `OWNER/NAME/VERSION/FILE`.
    public var packages: [String: [UInt8]] {
        get { state.value.withLock { $0.packages } }
        set { state.value.withLock { $0.packages = newValue } }
    }

    private static func answer(
        _ exchange: Exchange, _ tokens: Tokens, _ folder: String, _ state: Arc<State>
    ) throws -> Response {
        let (path, method) = (exchange.head.path, exchange.head.method)
        let authorization = exchange.head.headers["Authorization"]
        if path.hasPrefix("/api/packages/") {
            guard authorization == basic(tokens.packages) else { return Response(401) }
            let parts = path.split(separator: "/").dropFirst(2).map(String.init)
            guard parts.count == 5, parts[1] == "generic" else { return Response(404) }
            let name = ([parts[0]] + parts[2...]).joined(separator: "/")
            if method == "GET" {
                return state.value.withLock { $0.packages[name] }.map { Response(200, body: $0) }
                    ?? Response(404)
            }
            let body = try exchange.readBody(limit: 1 << 24)
            return state.value.withLock { state in
                guard method == "PUT", state.packages[name] == nil else { return Response(409) }
                state.packages[name] = body
                return Response(201)
            }
        }
        if path.hasPrefix("/api/v1/repos/"), path.hasSuffix("/dispatches"), method == "POST" {
            let body = try exchange.readBody(limit: 1 << 20)
            guard authorization == "token \(tokens.dispatch)" else { return Response(403) }
            let parts = path.split(separator: "/").map(String.init)
            return state.value.withLock { state in
                guard !state.refusesDispatch else { return Response(500) }
                state.dispatches.append(
                    Dispatch(
                        workflow: parts[parts.count - 2],
                        body: String(decoding: body, as: UTF8.self)))
                return Response(204)
            }
        }
        guard authorization == basic("x-access-token:\(tokens.read)") else {
            return Response(401, headers: ["WWW-Authenticate": "Basic realm=\"Gitea\""])
        }
        return try GitBackend(folder: folder).answer(exchange)
    }

    private static func basic(_ credentials: String) -> String {
        "Basic \(Data(credentials.utf8).base64EncodedString())"
    }
}

/// A value that is shared and locked.
private final class Arc<Value: Sendable>: Sendable {
    let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }
}
