import Glibc
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("Blobs of a store") struct StoreBlobTests {
    @Test("a blob is read back whole and in part, and gone when it is deleted")
    func blob() throws {
        let test = try TestStore()
        let digest = try test.upload("0123456789")
        let blob = try #require(try test.store.blob(digest, in: test.name))
        #expect(blob.size == 10)
        #expect(try blob.read(at: 0, count: 100) == Array("0123456789".utf8))
        #expect(try blob.read(at: 3, count: 2) == Array("34".utf8))
        #expect(try test.store.deleteBlob(digest, from: test.name))
        #expect(try test.store.blob(digest, in: test.name) == nil)
        #expect(try !test.store.deleteBlob(digest, from: test.name))
        #expect(try blob.read(at: 0, count: 1) == Array("0".utf8), "an open blob stays readable")
    }

    @Test("an upload in pieces is hashed as it comes, by the algorithm that its end names")
    func pieces() throws {
        let test = try TestStore()
        for algorithm in Digest.Algorithm.allCases {
            let upload = try #require(try test.store.startUpload(in: test.name))
            for piece in ["one ", "two ", "three"] {
                let writer = try #require(try test.store.writer(of: upload))
                try Array(piece.utf8).withUnsafeBytes { try writer.append($0) }
                #expect(try test.store.writer(of: upload) == nil, "one request at a time")
                writer.close()
            }
            #expect(upload.count == 13)
            let digest = SHA2.digest(of: Array("one two three".utf8), algorithm)
            let writer = try #require(try test.store.writer(of: upload))
            #expect(try test.store.finish(writer, as: digest, in: test.name))
            #expect(test.store.blobSize(digest, in: test.name) == 13)
            #expect(test.store.upload(upload.identifier) == nil)
        }
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("an upload with another digest than was said leaves nothing")
    func wrongDigest() throws {
        let test = try TestStore()
        let upload = try #require(try test.store.startUpload(in: test.name))
        let writer = try #require(try test.store.writer(of: upload))
        try Array("content".utf8).withUnsafeBytes { try writer.append($0) }
        let wrong = SHA2.digest(of: Array("other".utf8))
        #expect(try !test.store.finish(writer, as: wrong, in: test.name))
        #expect(test.store.blobSize(wrong, in: test.name) == nil)
        #expect(!test.store.hasRepository(test.name))
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("an upload that the disk had no room for takes no more, and is given up")
    func full() throws {
        let test = try TestStore()
        let upload = try #require(try test.store.startUpload(in: test.name))
        let error = #expect(throws: StoreError.self) {
            let full = try StoreFiles.open("/dev/full", O_WRONLY)
            try [1, 2, 3].withUnsafeBytes { try upload.append($0, to: full) }
        }
        #expect(error?.isFull == true)
        #expect(upload.count == 0)
        #expect(try test.store.writer(of: upload) == nil)
        #expect(try test.store.collect(grace: TestStore.noGrace).uploads == 1)
        #expect(try StoreLeftovers.find(in: test.store) == [])
    }

    @Test("a mount takes what the source has, or anybody when none is named, and no bytes")
    func mount() throws {
        let test = try TestStore()
        let other = try RepositoryName("other")
        let digest = try test.upload("shared")
        #expect(try !test.store.mount(digest, from: other, into: test.name))
        #expect(try test.store.mount(digest, from: test.name, into: other))
        #expect(try test.store.mount(digest, from: nil, into: RepositoryName("third")))
        #expect(FileStatus(path: test.store.layout.blob(digest))?.links == 4)
        for name in ["team/app", "other", "third"] {
            #expect(try test.store.deleteBlob(digest, from: RepositoryName(name)))
        }
        #expect(
            try !test.store.mount(digest, from: nil, into: other),
            "what no repository has is not to be had")
    }

    @Test("many uploads of one blob at once all succeed and share one file")
    func concurrentUploads() async throws {
        let test = try TestStore()
        let names = try (0..<3).map { try RepositoryName("team/app\($0)") }
        var random = SeededRandom(seed: 1)
        for _ in 0..<10 {
            let bytes = random.content(size: 50_000)
            try await onThreads(12) { try test.store.upload(bytes, to: names[$0 % 3]) }
            let shared = try #require(
                FileStatus(path: test.store.layout.blob(SHA2.digest(of: bytes))))
            #expect(shared.links == 4)
            #expect(shared.size == 50_000)
        }
        #expect(try StoreLeftovers.find(in: test.store) == [])
        #expect(try test.problems() == [])
    }
}
