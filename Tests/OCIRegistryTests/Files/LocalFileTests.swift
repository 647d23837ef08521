import Foundation
import Glibc
import OCIRegistry
import SystemPackage
import TestSupport
import Testing

/// Files that are written in one step.
@Suite struct LocalFileTests {
    private let folder: TestSupport.TemporaryFolder

    init() throws { folder = try TestSupport.TemporaryFolder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    private func permissions(_ path: String) throws -> FilePermissions {
        try FilePath(path).stat().permissions
    }

    @Test("what is written is read, and nobody else can read it where nothing else is said")
    func replaces() throws {
        try LocalFile.replace(path("a"), with: [1, 2])
        try LocalFile.replace(path("a"), with: [3])
        let file = try #require(try LocalFile.read(path("a")))
        #expect(file.bytes == [3] && !file.isExposed)
        try LocalFile.replace(path("a"), with: [4], mode: .readableByAll)
        #expect(try LocalFile.read(path("a"))?.isExposed == true)
        #expect(try names() == ["a"])
    }

    @Test("a link stays, and what it points to is replaced")
    func keepsLinks() throws {
        try LocalFile.replace(path("a"), with: [1])
        #expect(symlink("a", path("link")) == 0)
        try LocalFile.replace(path("link"), with: [2])
        #expect(try LocalFile.read(path("a"))?.bytes == [2])
        #expect(try names() == ["a", "link"])
    }

    @Test("what a killed run left behind is in nobody's way")
    func ignoresLeftovers() throws {
        for leftover in ["a.part", "a.\(getpid()).part", ".a.1"] {
            try folder.write(leftover, [0])
        }
        try LocalFile.replace(path("a"), with: [1])
        #expect(try LocalFile.read(path("a"))?.bytes == [1])
    }

    @Test("a missing folder is made, narrow for what is a secret")
    func makesFolders() throws {
        try LocalFile.replace(path("secrets/x/a"), with: [1])
        try LocalFile.replace(path("documents/a"), with: [1], mode: .readableByAll)
        #expect(try permissions(path("secrets/x")).rawValue == 0o700)
        #expect(try permissions(path("documents")).rawValue == 0o755)
    }

    @Test("a file that cannot be written says which, and leaves nothing")
    func refuses() throws {
        try folder.write("taken/a", [0])
        let error = #expect(throws: OCIError.self) {
            try LocalFile.replace(path("taken"), with: [1], what: "the plan", advice: "do that")
        }
        #expect(error?.kind == .configuration && error?.subject == path("taken"))
        #expect(error?.message.hasPrefix("the plan cannot be written: ") == true)
        #expect(error?.advice == "do that")
        #expect(try names() == ["taken"])
    }

    @Test("a new file is made once, and never over another")
    func creates() throws {
        #expect(try LocalFile.create(path("a"), with: [1]))
        #expect(try !LocalFile.create(path("a"), with: [2]))
        #expect(try LocalFile.read(path("a"))?.bytes == [1])
        #expect(try permissions(path("a")).rawValue == 0o600)
        #expect(try names() == ["a"])
    }

    @Test("a file of the limit is read, one byte more is refused, and none is no error")
    func bounds() throws {
        try folder.write("a", [UInt8](repeating: 7, count: 100))
        #expect(try LocalFile.read(path("a"), limit: 100)?.bytes.count == 100)
        let error = #expect(throws: OCIError.self) {
            _ = try LocalFile.read(path("a"), limit: 99, what: "the plan")
        }
        #expect(error?.message == "the plan is larger than 99 bytes")
        #expect(try LocalFile.read(path("b")) == nil)
        #expect(try LocalFile.read(path("a/b")) == nil)
    }
}
