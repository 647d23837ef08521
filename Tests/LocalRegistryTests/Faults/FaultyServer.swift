import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import TestSupport

@testable import LocalRegistry

/// The registry's own, of the two that these tests can see.
typealias Fault = LocalRegistry.Fault

/// A small HTTP server whose connections pass a fault injector.
struct FaultyServer {
    let plan: FaultPlan
    let echo: Echo
    let url: String

    /// Runs `body` beside a server that has these faults.
    static func with(
        _ faults: Fault..., body: (FaultyServer) async throws -> Void
    ) async throws {
        let (plan, echo) = (FaultPlan(faults), Echo())
        let injector = FaultInjector(plan) { echo.expireTokens() }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = Server(
            childChannelSetup: RegistryChannel(
                responder: { request, writer, channel in
                    let response = try await injector.respond(to: request, channel: channel) {
                        try await echo.respond($0)
                    }
                    try await writer.write(response: response.head, body: response.body)
                }, secure: false, idleTimeout: .seconds(60)),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "faults") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await server.run() }
        defer { running.cancel() }
        for await port in ports {
            let url = "http://127.0.0.1:\(port)"
            return try await body(FaultyServer(plan: plan, echo: echo, url: url))
        }
    }

    /// The paths of the requests at which a fault fired.
    var firedAt: [String] { plan.fired.map { "\($0.method) \($0.path)" } }

    /// Runs curl with these arguments, in which a leading slash stands for the server.
    func curl(_ arguments: String..., sending: [UInt8]? = nil) async throws -> ChildResult {
        var all = ["-sS", "--max-time", "20", "-H", "Expect:"]
        all += arguments.map { $0.hasPrefix("/") ? url + $0 : $0 }
        if sending != nil { all += ["--data-binary", "@-"] }
        return try await ChildProcess.run(ProgramCall("curl", all, stdin: sending))
    }
}
