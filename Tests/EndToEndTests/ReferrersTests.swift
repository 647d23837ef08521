import TestSupport
import Testing

/// `publisher copy --referrers`: signatures and other artifacts that point at what is copied.
@Suite(.serialized) struct ReferrersTests {
    private let layout: OCILayout
    private let image: FixtureDescriptor
    private let signature: FixtureDescriptor
    /// A signature of the signature.
    private let second: FixtureDescriptor

    init() throws {
        var layout = OCILayout()
        image = try layout.add(.small())
        let empty = layout.add(
            blob: Array("{}".utf8), mediaType: "application/vnd.example.signature")
        let blob = layout.add(
            blob: Array("signed".utf8), mediaType: "application/vnd.example.payload")
        signature = layout.addManifest(config: empty, layers: [blob], subject: image)
        second = layout.addManifest(config: empty, layers: [blob], subject: signature)
        layout.list(image, tag: "v")
        self.layout = layout
    }

    private func source(_ quirks: RegistryQuirks = RegistryQuirks()) throws -> ScriptedRegistry {
        let registry = try ScriptedRegistry(quirks: quirks)
        layout.put(into: registry, "team/app", tags: ["v"])
        return registry
    }

    private func fallback(_ digest: String) -> String { digest.replacing(":", with: "-") }

    @Test func theyComeAlongWhereTheAPIIs() async throws {
        let scene = try Scene()
        let from = try source()
        let result = try await scene.run(
            ["copy", "\(from.host)/team/app:v", scene.destination, "--referrers"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.tags == ["dev": image.digest])
        for manifest in [image, signature, second] {
            #expect(
                scene.registry.manifest("team/app", manifest.digest)
                    == layout.blobs[manifest.digest])
        }
    }

    @Test func theyAreFoundByTagWhereItIsNot() async throws {
        var quirks = RegistryQuirks()
        quirks.referrersAPI = false
        let scene = try Scene(quirks: quirks)
        let from = try source()
        for _ in 1...2 {
            let result = try await scene.run(
                ["copy", "\(from.host)/team/app:v", scene.destination, "--referrers"])
            #expect(result.status == 0, "\(result.stderr)")
        }
        for (subject, referrer) in [(image, signature), (signature, second)] {
            let list = try #require(scene.tags[fallback(subject.digest)])
            let bytes = try #require(scene.registry.manifest("team/app", list))
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.split(separator: referrer.digest).count == 2)
            #expect(text.contains("application/vnd.example.signature"))
        }
        // And from there onwards, where only the tags tell of them.
        let next = try Scene()
        let result = try await next.run(
            ["copy", scene.destination, next.destination, "--referrers"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(next.registry.manifest("team/app", second.digest) != nil)
    }

    @Test func withoutTheOptionTheyStay() async throws {
        let scene = try Scene()
        let from = try source()
        let result = try await scene.run(["copy", "\(from.host)/team/app:v", scene.destination])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(scene.registry.manifests("team/app") == [image.digest])
    }
}
