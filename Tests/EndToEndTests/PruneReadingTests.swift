import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher prune plan` while others write: what contradicts itself is read again.
@Suite struct PruneReadingTests {
    /// Four tags on four images.
    private let content: DatedContent = {
        var content = DatedContent()
        for name in ["a", "b", "c", "d"] { content.image(name, hours: 50, tags: name) }
        return content
    }()

    /// Plans, held up for a second at its request after so many of a pattern.
    private func plan(
        _ dialect: Dialect, holding pattern: String, after requests: Int = 0,
        _ race: @Sendable (PruneScene) async throws -> Void
    ) async throws -> ChildResult {
        nonisolated(unsafe) var result: ChildResult?
        try await PruneScene.with(dialect) { scene in
            try scene.configure("tags: [a]")
            try await scene.put(content)
            result = try await scene.hold(
                at: requests, on: pattern, for: .seconds(1),
                ["prune", "plan", "--out", "plan.json"]
            ) { try await race(scene) }?.0
        }
        return try #require(result)
    }

    @Test("a tag that is written while the list is read does not make it a list that is cut short")
    func written() async throws {
        // The first is the list, the second asks what follows it.
        let result = try await plan(.oci, holding: "GET /v2/**/tags/list*", after: 1) {
            try await $0.tag(content, content.repository.tags["a"] ?? "", "e")
        }
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("5 tags"), "\(result.stdout)")
    }

    @Test("what is deleted between its tag's and its own request is not there, and no fault")
    func deleted() async throws {
        let digest = try #require(content.repository.tags["b"])
        let result = try await plan(.oci, holding: "GET /v2/**/manifests/\(digest)") {
            try await $0.delete(digest)
        }
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("3 tags"), "\(result.stdout)")
    }

    @Test("a tag that is deleted after Gitea told of it is not there, and no fault")
    func row() async throws {
        let result = try await plan(.gitea, holding: "GET /v2/**/tags/list*") { scene in
            // The rows are read at the same time.
            try await Task.sleep(for: .milliseconds(300))
            try await scene.delete("b")
        }
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("3 tags"), "\(result.stdout)")
    }

    @Test("what keeps changing is given up after a number of times, and accuses nobody")
    func changing() async throws {
        try await PruneScene.with(.oci) { scene in
            try scene.configure("tags: [a]")
            try await scene.put(content)
            // Each time another tag follows the list's last.
            for number in 0..<8 {
                let list = Array(#"{"name":"team/app","tags":["t\#(number)"]}"#.utf8)
                scene.server.faults.add(
                    RegistryFault(on: "GET /v2/**/tags/list?n=2", .replaceBody(list)))
            }
            let result = try await scene.prune("plan", "--out", "plan.json")
            #expect(result.status == 75, "\(result.stderr)")
            expectError(result, says: ["changes faster than it can be read", "run again"])
        }
    }
}
