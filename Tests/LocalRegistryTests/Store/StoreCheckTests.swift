import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("A store's check") struct StoreCheckTests {
    @Test("a good store has no problems", arguments: Dialect.allCases)
    func good(dialect: Dialect) throws {
        let test = try TestStore(dialect)
        let image = try test.push("a", tags: "latest", "v1")
        try test.push("b", subject: image.descriptor)
        try test.upload("stray")
        #expect(try test.problems() == [])
    }

    @Test("a flipped byte is found in a blob, once, and in a manifest", arguments: Dialect.allCases)
    func flipped(dialect: Dialect) throws {
        let test = try TestStore(dialect)
        let image = try test.push("a", tags: "latest")
        let blob = SHA2.digest(of: Array("a".utf8))
        for path in [test.store.layout.blob(blob), test.own.manifest(image.digest)] {
            try test.flipLastByte(of: path)
        }
        let problems = try test.problems()
        #expect(problems.count == 2, "\(problems)")
        #expect(
            problems.contains { $0.hasPrefix("blobs/sha256/\(blob.hex.prefix(2))/\(blob.hex)") })
        #expect(
            problems.contains {
                $0.hasPrefix("repositories/team/app/_manifests/sha256/\(image.digest.hex)")
            })
    }

    @Test("a damaged blob that was deleted and collected is whole once it is pushed again")
    func mend() throws {
        let test = try TestStore()
        try test.push("a", tags: "latest")
        let blob = SHA2.digest(of: Array("a".utf8))
        try test.flipLastByte(of: test.store.layout.blob(blob))
        #expect(try test.store.deleteBlob(blob, from: test.name))
        #expect(try test.store.collect(grace: TestStore.noGrace).blobs == 1)
        try test.upload("a")
        #expect(try test.problems() == [])
    }

    @Test("a blob that the repository has as a file of its own is read too")
    func ownFile() throws {
        let test = try TestStore()
        let blob = try test.upload("a")
        try StoreFiles.remove(test.store.layout.blob(blob))
        #expect(try test.problems() == [])
        try test.flipLastByte(of: test.own.blob(blob))
        #expect(try test.problems().count == 1)
    }

    @Test("a tag that points nowhere, a missing hint and a missing referrer are found")
    func structure() throws {
        let test = try TestStore()
        let image = try test.push("a", tags: "latest")
        let referrer = try test.push("b", subject: image.descriptor)
        let list = test.own.referrers(of: image.digest)
        try StoreFiles.remove("\(list)/\(RepositoryLayout.name(referrer.digest))")
        #expect(try test.problems().count == 1)
        try StoreFiles.remove("\(test.own.holders(of: image.digest))/latest")
        #expect(try test.problems().count == 2)
        try StoreFiles.remove(test.own.manifest(image.digest))
        #expect(try test.problems().count == 3)
        #expect(
            try test.problems().contains(
                "repositories/team/app/_tags/latest: it names \(image.digest), which is not there"))
    }
}

extension TestStore {
    fileprivate func flipLastByte(of path: String) throws {
        let name = String(path.dropFirst(folder.path.utf8.count + 1))
        var bytes = try folder.read(name)
        bytes[bytes.count - 1] ^= 1
        // In place: the file keeps its other names.
        let file = try StoreFiles.open(path, 1)
        try file.write(bytes)
    }
}
