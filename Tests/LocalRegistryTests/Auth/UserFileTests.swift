import Foundation
import NIOPosix
import OCIRegistry
import TestSupport
import Testing

@testable import LocalRegistry

@Suite("File of users")
struct UserFileTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("users")
    }

    @Test("htpasswd's bcrypt entries are taken, and nobody gets in with another password or name")
    func htpasswdEntries() async throws {
        try await htpasswd("-cB", "-C", "4", file: path, user: "ann", password: "s3cret")
        try await htpasswd("-B", file: path, user: "bob", password: "grüße 🐙")
        let users = try UserFile(path)
        #expect(try await users.verify(user: "ann", password: "s3cret"))
        #expect(try await users.verify(user: "bob", password: "grüße 🐙"))
        #expect(try await !users.verify(user: "ann", password: "s3cre"))
        #expect(try await !users.verify(user: "ann", password: "s3cret\0more"))
        #expect(try await !users.verify(user: "ann", password: ""))
        #expect(try await !users.verify(user: "bob", password: "s3cret"))
        #expect(try await !users.verify(user: "eve", password: "s3cret"))
    }

    @Test("$2a$ and $2b$ are bcrypt as well")
    func prefixes() async throws {
        try await htpasswd("-cB", "-C", "4", file: path, user: "ann", password: "s3cret")
        let made = String(decoding: try folder.read("users"), as: UTF8.self)
        for prefix in ["$2a$", "$2b$"] {
            try folder.write("other", made.replacing("$2y$", with: prefix))
            let users = try UserFile(folder.file("other"))
            #expect(try await users.verify(user: "ann", password: "s3cret"))
        }
    }

    @Test("an entry that was added is good for htpasswd too, and the file is ours alone")
    func adding() async throws {
        try UserFile.add(user: "ann", password: "s3cret", to: path)
        #expect(try mode(of: path) == 0o600)
        #expect(String(decoding: try folder.read("users"), as: UTF8.self).hasPrefix("ann:$2y$10$"))
        try await htpasswd("-v", file: path, user: "ann", password: "s3cret")
        let users = try UserFile(path)
        #expect(try await users.verify(user: "ann", password: "s3cret"))
    }

    @Test("a new password takes the place of the old one, and all other lines stay")
    func replacing() async throws {
        try UserFile.add(user: "ann", password: "old", to: path)
        try UserFile.add(user: "bob", password: "bob's", to: path)
        let before = String(decoding: try folder.read("users"), as: UTF8.self)
        try folder.write("users", "# people\n\n\(before)")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try UserFile.add(user: "ann", password: "new", to: path)
        #expect(try mode(of: path) == 0o600)
        let lines = String(decoding: try folder.read("users"), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5)
        #expect(lines[0] == "# people" && lines[1].isEmpty && lines[2].hasPrefix("ann:"))
        #expect(lines[3] == before.split(separator: "\n")[1])
        let users = try UserFile(path)
        #expect(try await users.verify(user: "ann", password: "new"))
        #expect(try await !users.verify(user: "ann", password: "old"))
    }

    @Test("another kind of hash is refused with file, line and cure, and is not shown")
    func otherHashes() async throws {
        for kind in ["-m", "-s", "-5"] {
            try await htpasswd("-cB", "-C", "4", file: path, user: "ann", password: "s3cret")
            try await htpasswd(kind, file: path, user: "bob", password: "bob's")
            let content = String(decoding: try folder.read("users"), as: UTF8.self)
            let hash = content.split(separator: "\n")[1].dropFirst("bob:".count)
            let error = try #require(throws: OCIError.self) { try UserFile(path) }
            #expect(error.kind == .configuration)
            #expect(error.subject == path && error.message.hasPrefix("line 2:"))
            #expect(error.advice?.contains("htpasswd -B") == true)
            #expect(!error.description.contains(hash))
        }
    }

    @Test(
        "a line that is none is refused by its number",
        arguments: ["ann", ":x", "ann:$2y$31$\(String(repeating: "a", count: 53))"])
    func malformed(line: String) throws {
        try folder.write("users", "# one\n\(line)\n")
        let error = try #require(throws: OCIError.self) { try UserFile(path) }
        #expect(error.message.hasPrefix("line 2:"))
    }

    @Test("a user with two lines, a file that is too large, and none are refused")
    func otherRefusals() throws {
        try UserFile.add(user: "ann", password: "s3cret", to: path)
        let line = String(decoding: try folder.read("users"), as: UTF8.self)
        try folder.write("twice", line + line)
        try folder.write("large", "#" + String(repeating: "x", count: 1 << 20))
        for name in ["twice", "large", "missing"] {
            let error = try #require(throws: OCIError.self) { try UserFile(folder.file(name)) }
            #expect(error.kind == .configuration && error.subject == folder.file(name))
        }
    }

    @Test("a changed file counts, also for passwords that are remembered")
    func changes() async throws {
        let users = try await usersWithAnn(in: folder)
        #expect(try await users.verify(user: "ann", password: "s3cret"))
        #expect(try await users.verify(user: "ann", password: "s3cret"))
        let fingerprint = try await users.fingerprint(of: "ann")
        try UserFile.add(user: "ann", password: "other", to: path)
        #expect(try await !users.verify(user: "ann", password: "s3cret"))
        #expect(try await users.verify(user: "ann", password: "other"))
        #expect(try await users.fingerprint(of: "ann") != fingerprint)
        #expect(try await users.fingerprint(of: "eve") == nil)
    }

    @Test("once the file has become unreadable nobody gets in, until it is good again")
    func broken() async throws {
        let users = try await usersWithAnn(in: folder)
        #expect(try await users.verify(user: "ann", password: "s3cret"))
        let good = try folder.read("users")
        try folder.write("users", "nonsense")
        for _ in 0..<2 {
            await #expect(throws: OCIError.self) {
                try await users.verify(user: "ann", password: "s3cret")
            }
        }
        try folder.write("users", good)
        #expect(try await users.verify(user: "ann", password: "s3cret"))
    }

    @Test("a right password is computed once, a wrong one each time")
    func memory() async throws {
        try await htpasswd("-cB", "-C", "4", file: path, user: "ann", password: "s3cret")
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let users = try UserFile(path, pool: pool, interval: .seconds(600))
        #expect(try await users.verify(user: "ann", password: "s3cret"))
        #expect(try await !users.verify(user: "ann", password: "wrong"))
        // Without its threads nothing can be computed any more.
        try await pool.shutdownGracefully()
        #expect(try await users.verify(user: "ann", password: "s3cret"))
        await #expect(throws: (any Error).self) {
            try await users.verify(user: "ann", password: "wrong")
        }
    }

    @Test("an attempt at an unknown user costs what the dearest known one does")
    func unknownUsers() async throws {
        #expect(try UserEntries([], path: path).cost == 10)
        try await htpasswd("-cB", "-C", "4", file: path, user: "ann", password: "s3cret")
        try await htpasswd("-B", "-C", "6", file: path, user: "bob", password: "s3cret")
        #expect(try UserEntries(try folder.read("users"), path: path).cost == 6)
    }

    @Test("names and passwords that cannot be used are refused, and nothing is written")
    func illegal() throws {
        for user in ["", "a:b", "a\nb", "#a", " a", String(repeating: "a", count: 256)] {
            let error = try #require(throws: OCIError.self) {
                try UserFile.add(user: user, password: "s3cret", to: path)
            }
            #expect(error.kind == .usage && !error.description.contains("s3cret"))
        }
        for password in ["", "s3cret\0", "s3cret" + String(repeating: "x", count: 67)] {
            let error = try #require(throws: OCIError.self) {
                try UserFile.add(user: "ann", password: password, to: path)
            }
            #expect(error.kind == .usage && !error.description.contains("s3cret"))
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
