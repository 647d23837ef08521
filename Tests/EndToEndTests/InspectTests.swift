import Foundation
import TestSupport
import Testing

/// `publisher digest` and `publisher inspect`, of registries and layouts alike.
@Suite(.serialized) struct InspectTests {
    private let scene: Scene
    private let single: OCILayout
    private let index: OCILayout
    private let root: String

    init() throws {
        scene = try Scene()
        single = try OCILayout.image(scene.image, tag: "v")
        index = try OCILayout.index(tag: "multi")
        single.put(into: scene.registry, "team/app", tags: ["v"])
        root = index.put(into: scene.registry, "team/app", tags: ["multi"]) ?? ""
        try index.write(to: scene.program.home.file("index"))
        try scene.program.home.write("index.tar", index.tar)
    }

    private var layouts: [String] {
        ["oci:\(scene.program.home.file("index")):multi", scene.program.home.file("index.tar")]
    }

    private func child(_ architecture: String) throws -> String {
        let text = String(decoding: try #require(index.blobs[root]), as: UTF8.self)
        let place = try #require(text.range(of: "\"architecture\":\"\(architecture)\""))
        let before = text[..<place.lowerBound]
        let digest = try #require(before.range(of: "sha256:", options: .backwards))
        return String(text[digest.lowerBound...].prefix(71))
    }

    @Test func theDigestIsThatOfTheTag() async throws {
        for place in ["\(scene.repository):multi", "docker://\(scene.repository)@\(root)"] + layouts
        {
            let result = try await scene.run(["digest", place])
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.stdout == root + "\n")
        }
        let json = try await scene.run(["digest", "\(scene.repository):multi", "--json"])
        #expect(json.stdout.contains("\"digest\" : \"\(root)\""))
    }

    @Test func aPlatformHasItsOwn() async throws {
        let wanted = try child("arm64")
        for place in ["\(scene.repository):multi"] + layouts {
            let result = try await scene.run(["digest", place, "--platform", "linux/arm64"])
            #expect(result.stdout == wanted + "\n", "\(result.stderr)")
        }
    }

    @Test func aPlatformThatIsNotThereIsNotFound() async throws {
        let result = try await scene.run(
            ["digest", "\(scene.repository):multi", "--platform", "linux/s390x"])
        #expect(result.status == 66, "\(result.stderr)")
        expectError(
            result, says: ["nothing for linux/s390x", "it has: linux/amd64, linux/arm64"])
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        for verb in ["digest", "inspect"] {
            let result = try await scene.run([verb, "\(scene.repository):none"])
            #expect(result.status == 66, "\(result.stderr)")
            #expect(result.stdout.isEmpty)
            expectError(result, says: ["\(scene.repository):none", "publisher tags"])
        }
    }

    @Test func rawPrintsTheExactBytes() async throws {
        let raw = try await scene.run(["inspect", "--raw", "\(scene.repository):multi"])
        #expect(raw.status == 0, "\(raw.stderr)")
        #expect(raw.output == index.blobs[root])
        let wanted = try child("arm64")
        let one = try await scene.run(
            ["inspect", "--raw", "\(scene.repository):multi", "--platform", "linux/arm64"])
        #expect(one.output == index.blobs[wanted])
    }

    @Test func configPrintsTheExactBytes() async throws {
        let result = try await scene.run(["inspect", "--config", "\(scene.repository):v"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.output == scene.image.config)
        let none = try await scene.run(["inspect", "--config", "\(scene.repository):multi"])
        #expect(none.status == 64, "\(none.stderr)")
        expectError(none, says: ["an index has no configuration", "--platform"])
    }

    @Test func theDescriptionNamesEveryPart() async throws {
        let digest = try #require(scene.tags["v"])
        let text = try await scene.run(["inspect", "\(scene.repository):v"])
        #expect(text.status == 0, "\(text.stderr)")
        let config = Sha256.digest(scene.image.config)
        for part in [digest, config, "linux/amd64", "layer"] {
            #expect(text.stdout.contains(part))
        }
        let json = try await scene.run(["inspect", "--json", "\(scene.repository):multi"])
        let document = try JSONSerialization.jsonObject(with: Data(json.output))
        let fields = try #require(document as? [String: Any])
        #expect(fields["digest"] as? String == root)
        #expect(fields["platforms"] as? [String] == ["linux/amd64", "linux/arm64"])
        #expect((fields["manifests"] as? [Any])?.count == 4)
    }

    @Test func aConfigurationThatIsCorruptIsNotShown() async throws {
        scene.registry.inject(
            Fault(method: "GET", pathContains: "/blobs/", times: 100, .corruptResponse))
        let result = try await scene.run(["inspect", "--config", "\(scene.repository):v"])
        #expect(result.status == 65, "\(result.stderr)")
        #expect(result.output.isEmpty)
        #expect(!scene.registry.firedFaults.isEmpty)
    }
}
