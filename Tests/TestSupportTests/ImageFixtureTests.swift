import TestSupport
import Testing

@Suite struct ImageFixtureTests {
    @Test func tarReadsWhatIsWritten() async throws {
        let long = String(repeating: "d/", count: 80) + "f"
        let archive = TarArchive([
            TarEntry("a/", .directory), .text("a/b", "hello"), .text(long, "far"),
            TarEntry("c", .symbolicLink("a/b")), TarEntry("e", .hardLink("a/b")),
        ])
        let folder = try TemporaryFolder()
        let file = try folder.write("x.tar", archive.bytes)
        try await run("tar", "xf", file, in: folder.path)
        #expect(try folder.read("c") == Array("hello".utf8))
        #expect(try folder.read("e") == Array("hello".utf8))
        #expect(try folder.read(long) == Array("far".utf8))
    }

    @Test func contentIsTheSameEveryTime() throws {
        #expect(FixtureContent.random(1003) == FixtureContent.random(1003))
        #expect(FixtureContent.random(100, seed: 1) != FixtureContent.random(100, seed: 2))
        let text = FixtureContent.compressible(200_000)
        #expect(text.count == 200_000)
        let ratio = Double(text.count) / Double(try FixtureCompression.gzip.compress(text).count)
        #expect(ratio > 2.5 && ratio < 8)
        let first = try OCILayout.index().tar
        #expect(try OCILayout.index().tar == first)
    }

    @Test func digestsAreThoseOfSha256sum() async throws {
        let call = ProgramCall("sha256sum", [], stdin: someBytes)
        let sum = try await ChildProcess.run(call).checked().stdout
        #expect(sum.hasPrefix(Sha256.hex(someBytes)))
    }

    @Test(arguments: HostileArchive.allCases)
    func skopeoRefusesHostileArchives(kind: HostileArchive) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("image.tar", try kind.bytes())
        let copy = ProgramCall(
            "skopeo", ["copy", "-q", "docker-archive:\(file)", "dir:\(folder.file("out"))"])
        let result = try await ChildProcess.run(copy)
        #expect(result.status == 1, "\(kind)")
        #expect(result.stderr.contains("level=fatal"))
    }
}
