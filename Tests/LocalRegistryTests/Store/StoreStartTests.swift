import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("A store's start") struct StoreStartTests {
    @Test("uploads and drafts of a killed server go")
    func temporary() throws {
        let test = try TestStore.reopened { test in
            try test.folder.write("root/tmp/upload", "half")
            try test.folder.write("root/tmp/discarded/a/b", "old")
            _ = try test.store.startUpload(in: test.name)
        }
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("a deletion that was cut short after the manifest is finished")
    func deletion() throws {
        let test = try TestStore.reopened { test in
            let subject = try test.push("kept", tags: "kept").descriptor
            let image = try test.push("a", tags: "latest", "v1", subject: subject)
            try StoreFiles.remove(test.own.manifest(image.digest))
            #expect(try !StoreLeftovers.find(in: test.store).isEmpty)
        }
        #expect(try test.store.tags(in: test.name, after: nil, limit: 9) == [Tag("kept")])
        #expect(try StoreLeftovers.find(in: test.store) == [])
        #expect(try test.problems() == [])
    }

    @Test("hints at tags are made anew, and those that are no longer true go")
    func hints() throws {
        var digest: Digest?
        let test = try TestStore.reopened { test in
            let image = try test.push("a", tags: "latest")
            digest = image.digest
            let hints = test.own.holders(of: image.digest)
            try StoreFiles.remove("\(hints)/latest")
            try StoreFiles.make("\(hints)/stale")
            try StoreFiles.make("\(test.own.holders(of: SHA2.digest(of: [])))/latest")
        }
        let tags = try test.store.tagsHolding(#require(digest), in: test.name)
        #expect(tags.map(\.description) == ["latest"])
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("Gitea: a manifest that no version holds goes with its blobs, and notes of no blob go")
    func versions() throws {
        var dropped: SampleImage?
        let test = try TestStore.reopened(.gitea) { test in
            try test.push("kept", tags: "kept")
            dropped = try test.push("a", tags: "latest")
            try StoreFiles.remove(test.own.tag(Tag("latest")))
            try StoreFiles.make(test.own.awaited(SHA2.digest(of: [1])))
            try StoreFiles.make(test.own.type(of: SHA2.digest(of: [1])))
        }
        let image = try #require(dropped)
        #expect(!test.store.hasManifest(image.digest, in: test.name))
        for blob in image.blobs { #expect(!test.has(blob)) }
        #expect(try test.store.versions(of: test.name).count == 1)
        #expect(try StoreLeftovers.find(in: test.store) == [])
        #expect(try test.problems() == [])
    }

    @Test("a damaged tag or version keeps no server from starting", arguments: Dialect.allCases)
    func damage(dialect: Dialect) throws {
        let test = try TestStore.reopened(dialect) { test in
            try test.push("a", tags: "latest")
            try test.push("b", tags: "other")
            try test.folder.write("root/repositories/team/app/_tags/latest", "?")
        }
        let problems = try test.problems()
        #expect(problems.count == 1, "\(problems)")
        #expect(problems.first?.contains("team/app/_tags/latest") == true)
        var manifests = 0
        try test.store.forEachManifest(in: test.name) { _ in manifests += 1 }
        #expect(manifests == 2, "what the damaged file may name stays")
    }
}
