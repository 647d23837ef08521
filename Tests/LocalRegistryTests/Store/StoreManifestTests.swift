import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("Manifests and tags of a store") struct StoreManifestTests {
    @Test("a manifest is read back with its bytes and type, by digest and through its tags")
    func manifest() throws {
        let test = try TestStore()
        let image = try test.push("a", tags: "latest", "v1")
        let stored = try test.store.manifest(image.digest, in: test.name)?.understood()
        #expect(stored?.bytes == image.manifest.bytes)
        #expect(stored?.mediaType == .ociManifest)
        for tag in ["latest", "v1"] {
            #expect(try test.store.resolve(Tag(tag), in: test.name) == image.digest)
        }
        #expect(
            try test.store.tagsHolding(image.digest, in: test.name).map(\.description)
                == ["latest", "v1"])
    }

    @Test("a moved tag names the new manifest alone, and the old one stays")
    func movedTag() throws {
        let test = try TestStore()
        let old = try test.push("old", tags: "latest", "v1")
        let new = try test.push("new", tags: "latest")
        #expect(try test.store.resolve(Tag("latest"), in: test.name) == new.digest)
        #expect(try test.store.tagsHolding(old.digest, in: test.name).map(\.description) == ["v1"])
        #expect(test.store.hasManifest(old.digest, in: test.name))
    }

    @Test("deleting a tag leaves its manifest; deleting a manifest takes its tags")
    func delete() throws {
        let test = try TestStore()
        let image = try test.push("a", tags: "latest", "v1")
        #expect(try test.store.deleteTag(Tag("v1"), from: test.name))
        #expect(try !test.store.deleteTag(Tag("v1"), from: test.name))
        #expect(test.store.hasManifest(image.digest, in: test.name))
        #expect(try test.store.deleteManifest(image.digest, from: test.name))
        #expect(try !test.store.deleteManifest(image.digest, from: test.name))
        #expect(try test.store.resolve(Tag("latest"), in: test.name) == nil)
        #expect(try test.store.tags(in: test.name, after: nil, limit: 10) == [])
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("a manifest that must be complete is refused with the digest of what is missing")
    func complete() throws {
        let test = try TestStore()
        let image = try SampleImage(config: Array("{}".utf8), layer: Array("layer".utf8))
        let config = try test.upload("{}")
        let missing = try test.store.put(
            image.manifest, tags: [Tag("t")], in: test.name, complete: true)
        #expect(missing == image.blobs.subtracting([config]).first)
        #expect(!test.store.hasManifest(image.digest, in: test.name))
        try test.upload("layer")
        #expect(
            try test.store.put(image.manifest, tags: [], in: test.name, complete: true) == nil)
    }

    @Test("referrers are listed in order, page by page, until their manifest is deleted")
    func referrers() throws {
        let test = try TestStore()
        let subject = try test.push("subject").descriptor
        let images = try (0..<5).map { try test.push("r\($0)", subject: subject) }
        let digests = images.map(\.digest).sorted()
        let first = try test.store.referrers(of: subject.digest, in: test.name, limit: 3)
        #expect(first.descriptors.map(\.digest) == Array(digests.prefix(3)))
        #expect(first.more)
        let rest = try test.store.referrers(
            of: subject.digest, in: test.name, after: RepositoryLayout.name(digests[2]), limit: 3)
        #expect(rest.descriptors.map(\.digest) == Array(digests.suffix(2)))
        #expect(!rest.more)
        for digest in digests {
            #expect(try test.store.deleteManifest(digest, from: test.name))
        }
        #expect(
            try test.store.referrers(of: subject.digest, in: test.name, limit: 3)
                .descriptors.isEmpty)
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("pushing a damaged manifest or a damaged tag again mends it")
    func mend() throws {
        let test = try TestStore()
        let image = try test.push("a", tags: "latest")
        try test.folder.write("root/repositories/team/app/_tags/latest", "?")
        try test.folder.write(
            "root/repositories/team/app/_manifests/sha256/\(image.digest.hex)", "?")
        #expect(try test.problems().count == 2)
        try test.push("a", tags: "latest")
        #expect(try test.problems() == [])
        #expect(try test.store.resolve(Tag("latest"), in: test.name) == image.digest)
    }

    @Test("puts and deletes of the same manifests and tags at once leave a whole store")
    func concurrent() async throws {
        let test = try TestStore()
        let subject = try test.push("subject").descriptor
        let images = try (0..<3).map { try test.push("i\($0)", subject: subject) }
        let tags = ["a", "b"]
        try await onThreads(8) { number in
            var random = SeededRandom(seed: UInt64(number))
            for _ in 0..<40 {
                let image = images[Int.random(in: 0..<3, using: &random)]
                let tag = try Tag(tags[Int.random(in: 0..<2, using: &random)])
                switch Int.random(in: 0..<5, using: &random) {
                case 0: _ = try test.store.deleteManifest(image.digest, from: test.name)
                case 1: _ = try test.store.deleteTag(tag, from: test.name)
                case 2: _ = try test.store.tags(in: test.name, after: nil, limit: 10)
                default: _ = try test.store.put(image.manifest, tags: [tag], in: test.name)
                }
            }
        }
        #expect(try test.problems() == [])
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("repositories with underscores and repositories within repositories are all listed")
    func repositories() throws {
        let test = try TestStore()
        let names = ["a", "a/b_c", "a/b_c/d__e", "b-c.d/e"]
        for name in names { try test.push("x", to: RepositoryName(name)) }
        try test.upload("no manifest", to: RepositoryName("blobs/only"))
        #expect(try test.store.repositories(limit: 10).map(\.description) == names)
        #expect(
            try test.store.repositories(after: "a", limit: 2).map(\.description) == [
                "a/b_c", "a/b_c/d__e",
            ])
    }
}
