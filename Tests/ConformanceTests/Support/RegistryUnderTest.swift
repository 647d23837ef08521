import Foundation
import HTTPTypes
import LocalRegistry
import Synchronization
import SystemPackage
import TestSupport

@testable import OCIRegistry

/// The registry that the suite asks: one for the whole run, in which every test has repositories
/// of its own.
///
/// `CONFORMANCE_REGISTRY=http://HOST:PORT` asks another one, an empty one
/// that takes anybody's writes.
enum RegistryUnderTest {
    private static let started = Task { try await start() }
    private static let count = Mutex(0)

    /// A repository that no other test has, and which is empty.
    static func repository(_ name: String = "conformance") async throws -> TestRepository {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return try await repository(named: "\(name)/r\(number)")
    }

    /// A repository of that very name.
    static func repository(named name: String) async throws -> TestRepository {
        TestRepository(wire: try await started.value.wire, name: name)
    }

    /// Starts the registry; this is the one place that knows which it is.
    private static func start() async throws -> Running {
        if let address = ProcessInfo.processInfo.environment["CONFORMANCE_REGISTRY"] {
            let anywhere = Location(scheme: "http", authority: "localhost", path: "/")
            return Running(wire: Wire(base: try anywhere.resolving(address)))
        }
        let folder = try TemporaryFolder(prefix: "conformance")
        let server = try await RegistryServer.start(ServerSettings(root: FilePath(folder.path)))
        let base = Location(scheme: "http", authority: "127.0.0.1:\(server.port)", path: "/")
        return Running(wire: Wire(base: base), server: server, folder: folder)
    }

    /// What lasts as long as the run does.
    private struct Running: Sendable {
        var wire: Wire
        var server: RegistryServer?
        var folder: TemporaryFolder?
    }
}
