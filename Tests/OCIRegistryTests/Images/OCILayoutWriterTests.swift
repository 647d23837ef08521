import Foundation
import SystemPackage
import Testing

@testable import OCIRegistry

@Suite struct OCILayoutWriterTests {
    let folder = TemporaryFolder()
    let fixture = PackedFixture()

    func write(_ fixture: PackedFixture, to writer: OCILayoutWriter, tag: String?) async throws {
        for descriptor in fixture.contents + [fixture.manifest, fixture.index] {
            let bytes = try #require(fixture.blobs[descriptor.digest])
            try await writer.write(descriptor, from: PieceReader(bytes))
        }
        try writer.tag(fixture.index, as: tag)
    }

    func files() -> [String] {
        (FileManager.default.enumerator(atPath: folder.path.string)?.allObjects as? [String] ?? [])
            .sorted()
    }

    @Test func writesALayoutThatCanBeRead() async throws {
        let path = folder.path.appending("new")
        let writer = try OCILayoutWriter(path)
        #expect(!writer.hasBlob(fixture.index))
        try await write(fixture, to: writer, tag: "1")
        #expect(writer.hasBlob(fixture.index))
        let opened = try OCILayout.open(directory: path, selector: "1")
        #expect(opened.root.digest == fixture.index.digest)
        for blob in fixture.contents {
            let bytes = try await opened.blob(blob).open().collect(limit: 1 << 20, what: "blob")
            #expect(bytes == fixture.blobs[blob.digest])
        }
        #expect(!files().contains { $0.hasSuffix(".part") })
    }

    @Test func extendsALayoutAndMovesATag() async throws {
        let other = PackedFixture(2)
        try await write(fixture, to: try OCILayoutWriter(folder.path), tag: "1")
        let writer = try OCILayoutWriter(folder.path)
        try await write(other, to: writer, tag: "2")
        func root(_ tag: String?) throws -> Digest {
            try OCILayout.open(directory: folder.path, selector: tag).root.digest
        }
        #expect(try root("1") == fixture.index.digest)
        #expect(try root("2") == other.index.digest)
        try writer.tag(other.index, as: "1")
        #expect(try root("1") == other.index.digest)
        try writer.tag(fixture.index, as: nil)
        try writer.tag(fixture.index, as: nil)
        #expect(try root("@\(fixture.index.digest)") == fixture.index.digest)
        let index = try #require(
            FileManager.default.contents(
                atPath: folder.path.appending("index.json").string))
        #expect(try JSON.decode(Manifest.Index.self, from: index, what: "it").manifests.count == 3)
    }

    @Test func refusesContentThatIsNotWhatItsDescriptorSays() async throws {
        let writer = try OCILayoutWriter(folder.path)
        let layer = fixture.contents[2]
        let right = try #require(fixture.blobs[layer.digest])
        var flipped = right
        flipped[20] ^= 1
        for bytes in [flipped, right + [0], Array(right.dropLast()), []] {
            let error = await failure { try await writer.write(layer, from: PieceReader(bytes)) }
            #expect(error?.kind == .badData)
        }
        struct Broken: ByteReader {
            func read() throws -> [UInt8]? { throw OCIError(.temporary, "gone") }
        }
        #expect(await failure { try await writer.write(layer, from: Broken()) }?.kind == .temporary)
        #expect(!writer.hasBlob(layer))
        #expect(!files().contains { $0.hasSuffix(".part") })
        #expect(await failure { try writer.tag(layer, as: "1") }?.kind == .notFound)
    }

    @Test func tasksMayWriteAndTagAtTheSameTime() async throws {
        let path = folder.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<24 {
                group.addTask {
                    let writer = try OCILayoutWriter(path)
                    try await self.write(
                        PackedFixture(UInt8(number % 3)), to: writer, tag: "t\(number)")
                }
            }
            try await group.waitForAll()
        }
        for number in 0..<24 {
            let opened = try OCILayout.open(directory: path, selector: "t\(number)")
            #expect(opened.root.digest == PackedFixture(UInt8(number % 3)).index.digest)
        }
    }

    @Test func leavesOtherDirectoriesAlone() async throws {
        try folder.write([1], to: "precious.txt")
        #expect(await failure { _ = try OCILayoutWriter(folder.path) }?.kind == .usage)
        #expect(files() == ["precious.txt"])
        let file = folder.path.appending("precious.txt")
        #expect(await failure { _ = try OCILayoutWriter(file) }?.kind == .usage)
        let nowhere = folder.path.appending("no/such")
        #expect(await failure { _ = try OCILayoutWriter(nowhere) }?.kind == .notFound)
    }
}
