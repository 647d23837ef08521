import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("A store's folder") struct StoreFolderTests {
    private func open(_ path: String, _ dialect: Dialect?) -> OCIError? {
        do {
            _ = try Store(root: FilePath(path), dialect: dialect)
            return nil
        } catch {
            return error as? OCIError
        }
    }

    @Test("a folder that is held is refused, and free once its holder lets go")
    func lock() throws {
        let folder = try TemporaryFolder()
        let root = folder.file("root")
        do {
            let store = try Store(root: FilePath(root), dialect: .oci)
            let error = try #require(open(root, .oci))
            #expect(error.kind == .configuration)
            #expect(error.message.contains("held by another server (process \(getpid()))"))
            withExtendedLifetime(store) {}
        }
        #expect(open(root, .oci) == nil)
    }

    @Test("a folder keeps its dialect")
    func dialect() throws {
        let folder = try TemporaryFolder()
        let root = folder.file("root")
        #expect(open(root, .gitea) == nil)
        #expect(open(root, .oci)?.kind == .configuration)
        #expect(try Store(root: FilePath(root), dialect: nil).dialect == .gitea)
    }

    @Test("a folder of something else is refused and left as it is")
    func foreign() throws {
        let folder = try TemporaryFolder()
        try folder.write("root/notes.txt", "mine")
        for dialect in [Dialect.oci, nil] {
            #expect(open(folder.file("root"), dialect)?.kind == .configuration)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("root"))
                == ["notes.txt"])
        #expect(open(folder.file("none"), nil)?.kind == .notFound)
    }

    @Test("a folder with what a server's owner prepares becomes a registry's")
    func prepared() throws {
        let folder = try TemporaryFolder()
        for name in ["users", ".users.123", "token.key", "tls/ca.pem", "lost+found/x"] {
            try folder.write("root/\(name)", "")
        }
        #expect(open(folder.file("root"), .oci) == nil)
    }

    @Test("a folder of a newer layout is refused")
    func newer() throws {
        let folder = try TemporaryFolder()
        try folder.write("root/local-registry.json", #"{"layout":2,"dialect":"oci"}"#)
        #expect(open(folder.file("root"), .oci)?.kind == .configuration)
        #expect(open(folder.file("root"), nil)?.kind == .configuration)
    }
}
