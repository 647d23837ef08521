import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("Garbage collection") struct StoreCollectionTests {
    @Test("what a manifest names stays, what none names goes", arguments: Dialect.allCases)
    func unreferenced(dialect: Dialect) throws {
        let test = try TestStore(dialect)
        let image = try test.push("a", tags: "latest")
        let stray = try test.upload("stray")
        let report = try test.store.collect(grace: TestStore.noGrace)
        #expect(report == CollectionReport(blobs: 1, bytes: 5, uploads: 0, unreferenced: 1))
        #expect(!test.has(stray))
        #expect(FileStatus(path: test.store.layout.blob(stray)) == nil)
        for blob in image.blobs { #expect(test.has(blob)) }
        #expect(try test.store.collect(grace: TestStore.noGrace) == CollectionReport())
        #expect(try test.problems() == [])
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("a blob that one repository names is taken from another that does not")
    func shared() throws {
        let test = try TestStore()
        try test.push("a", tags: "latest")
        let layer = SHA2.digest(of: Array("a".utf8))
        let other = try RepositoryName("other")
        #expect(try test.store.mount(layer, from: nil, into: other))
        let report = try test.store.collect(grace: TestStore.noGrace)
        #expect(report == CollectionReport(blobs: 0, bytes: 0, uploads: 0, unreferenced: 1))
        #expect(test.has(layer))
        #expect(test.store.blobSize(layer, in: other) == nil)
        #expect(!test.store.hasRepository(other))
        #expect(FileStatus(path: test.store.layout.repository(other).folder) == nil)
    }

    @Test("a deleted manifest's blobs go, but for those that another one names")
    func deleted() throws {
        let test = try TestStore()
        let image = try test.push("a", tags: "latest")
        let layer = SHA2.digest(of: Array("a".utf8))
        let config = Array("{}".utf8)
        try test.upload("{}")
        let other = try SampleImage(config: config, layer: Array("a".utf8))
        try test.store.put(other, tags: ["other"], in: test.name)
        #expect(try test.store.deleteManifest(image.digest, from: test.name))
        #expect(try test.store.collect(grace: TestStore.noGrace).blobs == 1)
        #expect(test.has(layer))
    }

    @Test("what is younger than the grace stays")
    func young() throws {
        let test = try TestStore()
        let stray = try test.upload("stray")
        let upload = try #require(try test.store.startUpload(in: test.name))
        #expect(try test.store.collect(grace: 3600) == CollectionReport())
        #expect(test.has(stray))
        #expect(test.store.upload(upload.identifier) != nil)
    }

    @Test("an upload that nobody goes on with is given up; one under way is not")
    func uploads() throws {
        let test = try TestStore()
        let idle = try #require(try test.store.startUpload(in: test.name))
        let busy = try #require(try test.store.startUpload(in: test.name))
        let writer = try #require(try test.store.writer(of: busy))
        #expect(try test.store.collect(grace: TestStore.noGrace).uploads == 1)
        #expect(test.store.upload(idle.identifier) == nil)
        #expect(try test.store.writer(of: idle) == nil, "nobody writes to it any more")
        try [1, 2, 3].withUnsafeBytes { try writer.append($0) }
        writer.close()
        #expect(test.store.upload(busy.identifier)?.count == 24)
    }

    @Test(
        "a repository with a manifest that is not understood keeps everything",
        arguments: Dialect.allCases, ["?", "application/vnd.unknown\n{}"])
    func damaged(dialect: Dialect, content: String) throws {
        let test = try TestStore(dialect)
        let image = try test.push("a", tags: "latest")
        let stray = try test.upload("stray")
        let other = try RepositoryName("other")
        try test.upload("stray too", to: other)
        try test.folder.write(
            "root/repositories/team/app/_manifests/sha256/\(image.digest.hex)", content)
        #expect(try test.store.collect(grace: TestStore.noGrace).unreferenced == 1)
        #expect(test.has(stray))
        for blob in image.blobs { #expect(test.has(blob)) }
    }

    @Test("referrers of manifests that are not there go")
    func referrers() throws {
        let test = try TestStore()
        let subject = try test.push("subject").descriptor
        let image = try test.push("a", subject: subject)
        try StoreFiles.remove(test.own.manifest(image.digest))
        _ = try test.store.collect(grace: 3600)
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test(
        "pushes that ask, mount and upload while blobs are collected find at their end what they saw",
        .timeLimit(.minutes(2)), arguments: Dialect.allCases)
    func stress(dialect: Dialect) async throws {
        let test = try TestStore(dialect)
        let end = ContinuousClock.now + .seconds(6)
        try await onThreads(CollectionStress.pushers + 1) { number in
            if number == 0 {
                while .now < end {
                    _ = try test.store.collect(grace: CollectionStress.grace)
                }
            } else {
                var pusher = try CollectionStress(number, test.store)
                while .now < end { try pusher.push() }
            }
        }
        var incomplete: [Digest] = []
        try test.store.forEachRepository { name throws(StoreError) in
            try test.store.forEachManifest(in: name) { digest throws(StoreError) in
                let manifest = try test.store.manifest(digest, in: name)?.understood()
                for blob in manifest?.blobs ?? []
                where test.store.blobSize(blob.digest, in: name) == nil {
                    incomplete.append(digest)
                }
            }
        }
        #expect(incomplete.isEmpty)
        #expect(try test.problems() == [])
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }
}
