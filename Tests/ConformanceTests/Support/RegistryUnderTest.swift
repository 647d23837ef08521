import Foundation
import HTTPTypes
import LocalRegistry
import Synchronization
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
        TestRepository(wire: try await started.value, name: name)
    }

    private static func start() async throws -> Wire {
        let address = ProcessInfo.processInfo.environment["CONFORMANCE_REGISTRY"]
        guard let address else {
            throw SupportError("there is no registry to ask: say one in CONFORMANCE_REGISTRY")
        }
        let anywhere = Location(scheme: "http", authority: "localhost", path: "/")
        return Wire(base: try anywhere.resolving(address))
    }
}
