import Foundation
import SystemPackage
import Testing

@testable import OCIRegistry

@Suite struct OCILayoutTests {
    let folder = TemporaryFolder()
    let fixture = PackedFixture()

    func check(_ opened: any PackedImage) async throws {
        #expect(try await opened.root.digest == fixture.index.digest)
        for document in [fixture.index, fixture.manifest] {
            #expect(try await opened.manifest(document) == fixture.blobs[document.digest])
        }
        let collected = Collected()
        try await opened.readBlobs(fixture.contents + fixture.contents, parallel: 2) {
            let bytes = try await $1.open().collect(limit: 1 << 20, what: "blob")
            await collected.add($0.digest, bytes)
        }
        #expect(await collected.order.count == fixture.contents.count)
        for blob in fixture.contents {
            #expect(await collected.layers[blob.digest] == fixture.blobs[blob.digest])
            let bytes = try await opened.blob(blob).open().collect(limit: 1 << 20, what: "blob")
            #expect(bytes == fixture.blobs[blob.digest])
        }
    }

    @Test func readsADirectory() async throws {
        try fixture.write(to: folder)
        try await check(try OCILayout.open(directory: folder.path))
    }

    @Test(arguments: ["plain", "gzip", "zstd"])
    func readsAnArchive(_ form: String) async throws {
        let plain = fixture.archive
        let bytes =
            form == "plain"
            ? plain : form == "gzip" ? Compressed.gzip(plain) : Compressed.zstd(plain)
        let path = try folder.write(bytes, to: "image")
        try await check(try await OCILayout.open(archive: path))
        try await check(try await OCILayout.open(archive: path, selector: "1"))
        let error = await failure { _ = try await OCILayout.open(archive: path, selector: "2") }
        #expect(error?.kind == .notFound)
    }

    @Test func choosesByTagDigestOrPlace() async throws {
        let other = PackedFixture(2)
        try other.write(to: folder)
        try fixture.write(to: folder)
        var index = try JSON.decode(
            Manifest.Index.self, from: fixture.indexFile(tags: ["1", "one"]), what: "index")
        var second = other.index
        second.annotations = ["io.containerd.image.name": "docker.io/library/x:2"]
        index.manifests.append(second)
        try folder.write(JSON.encode(index), to: "index.json")
        func root(_ selector: String?) throws -> Digest {
            try OCILayout.open(directory: folder.path, selector: selector).root.digest
        }
        for selector in ["1", "one", "@\(fixture.index.digest)", "1@\(fixture.index.digest)", "@1"]
        {
            #expect(try root(selector) == fixture.index.digest, "\(selector)")
        }
        for selector in ["docker.io/library/x:2", "@\(other.index.digest)", "@2"] {
            #expect(try root(selector) == other.index.digest, "\(selector)")
        }
        let several = await failure { _ = try root(nil) }
        #expect(several?.kind == .usage)
        #expect(several?.advice?.contains("1, one, docker.io/library/x:2") == true)
        for selector in ["2", "1@\(other.index.digest)", "@\(fixture.manifest.digest)", "@3"] {
            #expect(await failure { _ = try root(selector) }?.kind == .notFound, "\(selector)")
        }
        #expect(await failure { _ = try root("@sha256:zz") }?.kind == .badData)
    }

    @Test func namesTheBlobThatIsMissingOrOfTheWrongSize() async throws {
        try fixture.write(to: folder)
        let layer = fixture.contents[1]
        let opened = try OCILayout.open(directory: folder.path)
        let path = "blobs/sha256/\(layer.digest.hex)"
        try folder.write([1, 2, 3], to: path)
        let wrong = await failure { _ = try await opened.blob(layer).open() }
        #expect(wrong?.kind == .badData)
        #expect(wrong?.message.contains("3 bytes") == true)
        try FileManager.default.removeItem(atPath: folder.path.appending(path).string)
        let missing = await failure { _ = try await opened.blob(layer).open() }
        #expect(missing?.kind == .notFound)
        #expect(missing?.message.contains(layer.digest.description) == true)
        #expect(missing?.subject == folder.path.string)
        let streamed = try await OCILayout.open(
            archive: try folder.write(
                Compressed.gzip(TarWriter.archive(fixture.files.filter { $0.0 != path })), to: "gz")
        )
        #expect(await failure { _ = try await streamed.blob(layer).open() }?.kind == .notFound)
    }

    @Test func followsNoSymbolicLink() async throws {
        let outside = TemporaryFolder()
        try fixture.write(to: outside)
        let layer = fixture.contents[1]
        let path = "blobs/sha256/\(layer.digest.hex)"
        try fixture.write(to: folder)
        let target = folder.path.appending(path).string
        try FileManager.default.removeItem(atPath: target)
        try folder.link(path, to: outside.path.appending(path).string)
        let opened = try OCILayout.open(directory: folder.path)
        #expect(await failure { _ = try await opened.blob(layer).open() }?.kind == .badData)
        try FileManager.default.removeItem(atPath: target)
        #expect(mkfifo(target, 0o600) == 0)
        #expect(await failure { _ = try await opened.blob(layer).open() }?.kind == .usage)
        try FileManager.default.removeItem(atPath: folder.path.appending("blobs").string)
        try folder.link("blobs", to: outside.path.appending("blobs").string)
        #expect(await failure { _ = try await opened.blob(layer).open() } != nil)
    }

    @Test func refusesWhatIsNotALayout() async throws {
        let cases: [(String, [(String, [UInt8])])] = [
            ("no oci-layout", []),
            ("no index.json", [("oci-layout", PackedFixture.marker)]),
            (
                "version 2",
                [
                    ("oci-layout", Array(#"{"imageLayoutVersion":"2.0.0"}"#.utf8)),
                    ("index.json", fixture.indexFile()),
                ]
            ),
            ("not valid", [("oci-layout", Array("{}".utf8)), ("index.json", [])]),
            (
                "not valid",
                [
                    ("oci-layout", PackedFixture.marker),
                    ("index.json", [UInt8](repeating: UInt8(ascii: "["), count: 100_000)),
                ]
            ),
        ]
        for (message, files) in cases {
            let folder = TemporaryFolder()
            for (path, bytes) in files { try folder.write(bytes, to: path) }
            let directory = await failure { _ = try OCILayout.open(directory: folder.path) }
            #expect(directory?.kind == .badData)
            #expect(directory?.message.contains(message) == true, "\(directory?.message ?? "")")
            let tar = try folder.write(TarWriter.archive(files), to: "tar")
            let archive = await failure { _ = try await OCILayout.open(archive: tar) }
            #expect(archive?.message.contains(message) == true, "\(archive?.message ?? "")")
            let gz = try folder.write(Compressed.gzip(TarWriter.archive(files)), to: "gz")
            #expect(await failure { _ = try await OCILayout.open(archive: gz) }?.kind == .badData)
        }
        try folder.write(PackedFixture.marker, to: "oci-layout")
        try folder.write(Array(#"{"manifests":[]}"#.utf8) + [], to: "index.json")
        #expect(await failure { _ = try OCILayout.open(directory: folder.path) } != nil)
        let absent = await failure { _ = try OCILayout.open(directory: "/nonexistent/x") }
        #expect(absent?.kind == .notFound)
    }
}
