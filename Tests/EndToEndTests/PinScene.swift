import LocalRegistry
import TestSupport
import Testing

/// A tree of files beside a registry whose images they use.
struct PinScene {
    let registry: PromoteScene

    /// The registry's host; the tree is the program's home.
    var host: String { registry.host }
    var home: TemporaryFolder { registry.program.home }

    /// Runs `body` beside a registry of a dialect, with an index `rust:1`, its images, and an image `app:1`.
    static func with(
        _ dialect: Dialect, body: (PinScene, _ index: String, _ image: String) async throws -> Void
    ) async throws {
        try await PromoteScene.with(dialect) { scenes in
            let scene = PinScene(registry: scenes[0])
            let index = try await scenes[0].put(.index(), "1", in: "team/rust")
            let image = try await scenes[0].put(.image(.small(seed: 5)), "1", in: "team/app")
            try await body(scene, index, image)
        }
    }

    /// Runs `publisher pin`.
    func pin(_ arguments: String...) async throws -> ChildResult {
        try await ChildProcess.run(
            registry.program.call(["pin", "--retry-for", "0"] + arguments), timeout: 60)
    }

    /// A file of the tree.
    func text(_ name: String) throws -> String { try home.text(name) }
}
