import Foundation
import TestSupport
import Testing

/// `publisher` at work with a local registry, in both dialects.
@Suite struct LocalRegistryPublisherTests {
    private let image = FixtureImage(layers: [.random(300_000, seed: 5), .compressible(90_000)])

    @Test(
        "an image is pushed, looked at, copied and deleted",
        arguments: LocalSetup.all + LocalSetup.olderGiteas)
    func wholeLife(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let archive = try visitor.program.file("image.tar", DockerArchive(image).bytes)
        let repository = "\(registry.host)/team/app"

        let pushed = try await visitor.publisher("push", archive, "\(repository):1", "-t", "latest")
        try #require(pushed.status == 0, "\(pushed.stderr)")
        let digest = pushed.firstLine
        let tags = try await visitor.publisher("tags", repository)
        #expect(tags.stdout == "1\nlatest\n", "\(tags.stderr)")
        let found = try await visitor.publisher("digest", "\(repository):latest")
        #expect(found.stdout == pushed.stdout, "\(found.stderr)")
        let inspected = try await visitor.publisher("inspect", "\(repository)@\(digest)")
        #expect(inspected.stdout.contains("linux/amd64"), "\(inspected.stderr)")
        let raw = try await visitor.publisher("inspect", "--raw", "\(repository):1")
        #expect(Sha256.digest(raw.output) == digest)

        let again = try await visitor.publisher("push", archive, "\(repository):1")
        #expect(again.stdout == pushed.stdout, "\(again.stderr)")
        #expect(registry.writesOfLastRun.isEmpty)

        let mounted = try await visitor.publisher("copy", "\(repository):1", "\(repository)/deep:2")
        #expect(mounted.stdout == pushed.stdout, "\(mounted.stderr)")
        let writes = registry.writesOfLastRun
        #expect(
            writes.filter { $0.path.contains("/blobs/") }.map(\.method)
                == .init(repeating: "POST", count: 3))

        let deleted = try await visitor.publisher("delete", "\(repository):latest")
        #expect(deleted.status == 0, "\(deleted.stderr)")
        #expect(try await visitor.publisher("tags", repository).stdout == "1\n")
        let gone = try await visitor.publisher(
            "delete", "\(repository)@\(digest)", "--with-tags")
        #expect(gone.status == 0, "\(gone.stderr)")
        #expect(try await visitor.publisher("digest", "\(repository):1").status == 66)
        #expect(
            try await visitor.publisher("digest", "\(repository)/deep:2").stdout == pushed.stdout)
        try await registry.stop()
    }

    @Test("an index comes back byte for byte", arguments: LocalSetup.all)
    func indexComesBack(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        try await visitor.login(registry)
        let layout = try OCILayout.index(tag: "v")
        try layout.write(to: visitor.program.home.file("layout"))
        let source = "oci:\(visitor.program.home.file("layout")):v"
        let pushed = try await visitor.publisher("push", source, "\(registry.host)/team/app:v")
        try #require(pushed.status == 0, "\(pushed.stderr)")
        #expect(pushed.firstLine == layout.roots.first?.digest)
        let copied = try await visitor.publisher(
            "copy", "\(registry.host)/team/app:v", "oci:\(visitor.program.home.file("back"))")
        #expect(copied.status == 0, "\(copied.stderr)")
        for (digest, bytes) in layout.blobs {
            let path = "back/blobs/\(digest.replacing(":", with: "/"))"
            #expect(try visitor.program.home.read(path) == bytes)
        }
        try await registry.stop()
    }

    @Test("images go from one dialect to the other and back", arguments: [true, false])
    func betweenDialects(areGuarded: Bool) async throws {
        let setups = areGuarded ? LocalSetup.guarded : LocalSetup.open
        let here = try await LocalRegistryServer(setups[0])
        let there = try await LocalRegistryServer(setups[1])
        let visitor = try LocalVisitor(here, there)
        try await visitor.login(here)
        try await visitor.login(there)
        let layout = try OCILayout.index(tag: "v")
        try layout.write(to: visitor.program.home.file("layout"))
        let root = layout.roots.first?.digest
        let stations = [
            "oci:\(visitor.program.home.file("layout")):v", "\(here.host)/team/app:v",
            "\(there.host)/team/deep/app:v", "\(here.host)/again/app:v",
        ]
        for (from, to) in zip(stations, stations.dropFirst()) {
            let result = try await visitor.publisher("copy", from, to)
            #expect(result.firstLine == root, "\(result.stderr)")
        }
        try await here.stop()
        try await there.stop()
    }

    @Test("an index within an index is for the OCI dialect alone", arguments: LocalSetup.open)
    func nestedIndex(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        let layout = try OCILayout.nestedIndex(tag: "v")
        try layout.write(to: visitor.program.home.file("layout"))
        let result = try await visitor.publisher(
            "push", "oci:\(visitor.program.home.file("layout")):v", "\(registry.host)/team/app:v")
        if setup.dialect == .oci {
            #expect(result.firstLine == layout.roots.first?.digest, "\(result.stderr)")
        } else {
            #expect(result.status == 76, "\(result.stderr)")
            expectError(result, says: [registry.host, "MANIFEST_INVALID"])
        }
        try await registry.stop()
    }

    @Test("a wrong password is refused, and so is no password", arguments: LocalSetup.guarded)
    func wrongPassword(setup: LocalSetup) async throws {
        let registry = try await LocalRegistryServer(setup)
        let visitor = try LocalVisitor(registry)
        let authority = try #require(registry.authorityFile)
        let wrong = try await visitor.program.run(
            "login", registry.host, "--username", registry.user, "--password-stdin", "--ca-file",
            authority, stdin: "wrong")
        #expect(wrong.status == 77, "\(wrong.stderr)")
        expectError(wrong, says: [registry.host])
        let nobody = try await visitor.publisher("tags", "\(registry.host)/team/app")
        #expect(nobody.status == 77, "\(nobody.stderr)")
        expectError(nobody, says: ["publisher login \(registry.host)"])
        let stranger = try await visitor.program.run("tags", "\(registry.host)/team/app")
        #expect(stranger.status == 78, "the authority is nobody's: \(stranger.stderr)")
        try await registry.stop()
    }
}

extension LocalRegistryServer {
    /// What the last client wrote: each begins with a look at `/v2/`.
    var writesOfLastRun: [Access] {
        let all = accesses
        let start = all.lastIndex { $0.path == "/v2/" } ?? all.startIndex
        return all[start...].filter(\.isWrite)
    }
}
