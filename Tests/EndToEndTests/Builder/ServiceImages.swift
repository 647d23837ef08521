import Foundation
import TestSupport

extension BuilderImages {
    /// The sample service and the database of the tests.
    struct Service: Sendable {
        let service = "matric-memory:tests"
        let testdb = "matric-testdb:tests"

        fileprivate init() async throws {
            let (client, images) = (try DockerClient(), try await BuilderImages.shared)
            async let database = client.build(
                testdb, "build/Dockerfile.testdb", context: "build/testdb",
                arguments: images.arguments(of: ["POSTGRES_IMAGE"]))
            async let sample = client.build(
                service, "build/Dockerfile", context: "build/sample",
                arguments: images.serviceArguments.merging([
                    "GIT_SHA": BuilderImages.revision, "VERSION": "2026.7.1",
                ]) { $1 })
            _ = try await (database, sample)
        }
    }

    private static let buildingService = Task.detached { try await Service() }
    /// The service's images, built by now.
    static var service: Service {
        get async throws { try await buildingService.value }
    }

    /// What `build/Dockerfile` takes of ``arguments``.
    var serviceArguments: [String: String] {
        arguments(of: ["RUST_IMAGE", "NODE_IMAGE", "RUNTIME_IMAGE"])
    }

    private func arguments(of names: Set<String>) -> [String: String] {
        arguments.filter { names.contains($0.key) }
    }
}
