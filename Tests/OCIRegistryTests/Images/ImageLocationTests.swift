import SystemPackage
import Testing

@testable import OCIRegistry

@Suite struct ImageLocationTests {
    let folder = TemporaryFolder()

    @Test func readsPrefixes() async throws {
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let cases: [(String, ImageLocation)] = [
            ("docker-daemon:app", .engine("app")),
            ("docker-daemon:localhost:5000/app:1", .engine("localhost:5000/app:1")),
            ("docker-archive:/no/x.tar", .dockerArchive("/no/x.tar", reference: nil)),
            ("docker-archive:/no/x.tar:a/b:1", .dockerArchive("/no/x.tar", reference: "a/b:1")),
            ("docker-archive:/no/x.tar:@1", .dockerArchive("/no/x.tar", reference: "@1")),
            ("oci:dir", .ociDirectory("dir", selector: nil)),
            ("oci:dir:v1", .ociDirectory("dir", selector: "v1")),
            ("oci:dir:", .ociDirectory("dir", selector: nil)),
            ("oci:dir@\(digest)", .ociDirectory("dir", selector: "@\(digest)")),
            ("oci:dir:@\(digest)", .ociDirectory("dir", selector: "@\(digest)")),
            ("oci:dir:v1@\(digest)", .ociDirectory("dir", selector: "v1@\(digest)")),
            ("oci-archive:f.tar:v1", .ociArchive("f.tar", selector: "v1")),
            (
                "docker://localhost:5000/a/b:1",
                .registry(try Reference(parsing: "localhost:5000/a/b:1"))
            ),
        ]
        for (text, location) in cases {
            #expect(try await ImageLocation.parse(text) == location, "\(text)")
            let again = try await ImageLocation.parse(location.description)
            #expect(again == location, "\(location.description)")
        }
        for text in ["docker-daemon:", "oci:", "oci-archive:", "docker-archive:", "", "oci::x"] {
            let error = await failure { _ = try await ImageLocation.parse(text) }
            #expect(error?.kind == .usage, "\(text)")
        }
        #expect(await failure { _ = try await ImageLocation.parse("docker://A B") }?.kind == .usage)
    }

    @Test func takesTheLongestPathThatExists() async throws {
        let short = try folder.write([], to: "a")
        let long = try folder.write([], to: "a:b")
        #expect(
            try await ImageLocation.parse("docker-archive:\(short):b:c")
                == .dockerArchive(long, reference: "c"))
        #expect(
            try await ImageLocation.parse("docker-archive:\(short):c:b")
                == .dockerArchive(short, reference: "c:b"))
        #expect(
            try await ImageLocation.parse("docker-archive:\(long)")
                == .dockerArchive(long, reference: nil))
    }

    @Test func looksIntoPathsWithoutAPrefix() async throws {
        let layout = TemporaryFolder()
        try PackedFixture().write(to: layout)
        #expect(
            try await ImageLocation.parse(layout.path.string)
                == .ociDirectory(layout.path, selector: nil))
        #expect(
            try await ImageLocation.parse("\(layout.path):v1")
                == .ociDirectory(layout.path, selector: "v1"))
        let saved = SavedImage.sample
        for bytes in [
            saved.legacy, saved.blobs, Compressed.gzip(saved.legacy), Compressed.zstd(saved.blobs),
        ] {
            let path = try folder.write(bytes, to: "x")
            #expect(
                try await ImageLocation.parse("\(path):app:1", position: .destination)
                    == .dockerArchive(path, reference: "app:1"))
        }
        for bytes in [PackedFixture().archive, Compressed.gzip(PackedFixture().archive)] {
            let path = try folder.write(bytes, to: "x")
            #expect(
                try await ImageLocation.parse(path.string) == .ociArchive(path, selector: nil))
        }
    }

    @Test func saysWhyAPathIsNoImage() async throws {
        let cases: [(String, [UInt8], OCIError.Kind)] = [
            ("text", Array("hello".utf8), .badData), ("empty", [], .badData),
            ("tar", TarWriter.archive([("a", [1])]), .badData),
            ("cut", Array(SavedImage.sample.legacy.prefix(5000)), .badData),
            ("gz", Compressed.gzip(TarWriter.archive([("a", [1])])), .badData),
        ]
        for (name, bytes, kind) in cases {
            let path = try folder.write(bytes, to: name)
            let error = await failure { _ = try await ImageLocation.parse(path.string) }
            #expect(error?.kind == kind, "\(name)")
        }
        let folderError = await failure { _ = try await ImageLocation.parse(folder.path.string) }
        #expect(folderError?.kind == .badData)
        let absent = await failure { _ = try await ImageLocation.parse("./nothing/here") }
        #expect(absent?.kind == .notFound)
    }

    @Test func takesAnythingElseByItsPosition() async throws {
        #expect(try await ImageLocation.parse("app:1") == .engine("app:1"))
        #expect(
            try await ImageLocation.parse("git.example.org/app:1", position: .destination)
                == .registry(try Reference(parsing: "git.example.org/app:1")))
    }
}
