import SystemPackage
import Testing

@testable import OCIRegistry
import struct TestSupport.SeededRandom

/// What both ways of reading an archive must agree on.
@Suite struct TarTests {
    let folder = TemporaryFolder()

    /// The members as a stream and as an index give them; both must give the same.
    func members(_ bytes: [UInt8]) async throws -> [TarEntry] {
        var streamed: [TarEntry] = []
        let fromStream = await failure {
            let tar = TarStream(PieceReader(bytes), what: "tar")
            while let entry = try await tar.next() { streamed.append(entry) }
        }
        let path = try folder.write(bytes, to: "tar")
        let fromFile = await failure {
            let file = try TarFile(path)
            for entry in streamed where entry.kind == .file {
                #expect(try file.index.file(entry.name) == entry)
            }
        }
        #expect(fromStream?.message == fromFile?.message)
        if let fromStream { throw fromStream }
        return streamed
    }

    func refusal(_ make: (inout TarWriter) -> Void) async -> String? {
        var tar = TarWriter()
        make(&tar)
        let bytes = tar.finished
        let error = await failure { _ = try await members(bytes) }
        #expect(error == nil || error?.kind == .badData)
        return error?.message
    }

    @Test func readsMembersAndContents() async throws {
        var tar = TarWriter()
        tar.directory("d")
        tar.file("./d//a", Array("hello".utf8))
        tar.file("empty", [])
        tar.symlink("d/l", to: "a")
        tar.file("b", [UInt8](repeating: 3, count: 5000))
        let found = try await members(tar.finished)
        #expect(found.map(\.name) == ["d", "d/a", "empty", "d/l", "b"])
        #expect(found.map(\.size) == [0, 5, 0, 0, 5000])
        #expect(found[3].kind == .symbolicLink(target: "a"))

        let stream = TarStream(PieceReader(tar.finished), what: "tar")
        var contents: [String: Int] = [:]
        while let entry = try await stream.next() {
            guard entry.name != "d/a" else { continue }
            contents[entry.name] =
                try await stream.content().collect(limit: 9999, what: "it").count
        }
        #expect(contents == ["d": 0, "empty": 0, "d/l": 0, "b": 5000])
        let file = try TarFile(folder.path.appending("tar"))
        let slice = try #require(try file.slice("d/l"))
        #expect(try slice.bytes(limit: 10, what: "it") == Array("hello".utf8))
        #expect(try file.slice("absent") == nil)
    }

    @Test func aReaderOfAMemberThatWentByFails() async throws {
        let stream = TarStream(
            MemoryReader(TarWriter.archive([("a", [1]), ("b", [2])])), what: "tar")
        _ = try await stream.next()
        let first = await stream.content()
        _ = try await stream.next()
        #expect(await failure { _ = try await first.read() }?.kind == .badData)
        #expect(try await stream.content().read() == [2])
    }

    @Test func readsLongNamesInEveryForm() async throws {
        let long = String(repeating: "x", count: 140) + "/" + String(repeating: "y", count: 90)
        var tar = TarWriter()
        tar.header(
            String(repeating: "y", count: 90), prefix: String(repeating: "x", count: 140))
        tar.extended("L", Array("\(long)1\0".utf8))
        tar.header("cut")
        tar.extended("K", Array("\(long)\0".utf8))
        tar.extended("L", Array("\(long)2\0".utf8))
        tar.header("cut", type: "2", link: "cut")
        tar.pax([("comment", "x\ny"), ("path", long + "3"), ("linkpath", "é" + long)])
        tar.header("cut", type: "1", link: "cut")
        tar.pax([("comment", "for all")], type: "g")
        tar.header("last")
        let found = try await members(tar.finished)
        #expect(found.map(\.name) == [long, long + "1", long + "2", long + "3", "last"])
        #expect(found[2].kind == .symbolicLink(target: long))
        #expect(found[3].kind == .hardLink(target: "é" + long))
    }

    @Test func readsSizesInEveryForm() async throws {
        var tar = TarWriter()
        tar.header("base-256", sizeField: [0x80] + [UInt8](repeating: 0, count: 9) + [2, 1])
        tar.content([UInt8](repeating: 1, count: 513))
        tar.pax([("size", "600")])
        tar.header("pax", size: 0)
        tar.content([UInt8](repeating: 1, count: 600))
        tar.header("spaces", sizeField: Array("  17        ".utf8))
        tar.content([UInt8](repeating: 1, count: 15))
        #expect(try await members(tar.finished).map(\.size) == [513, 600, 15])
    }

    @Test func refusesSizesThatMakeNoSense() async throws {
        let fields: [[UInt8]] = [
            [UInt8](repeating: 0xff, count: 12),
            [0xbf] + [UInt8](repeating: 0xff, count: 11),
            [0x80, 0, 0, 0] + [0x7f] + [UInt8](repeating: 0xff, count: 7),
            [0x80, 0, 0, 1] + [UInt8](repeating: 0, count: 8),
            Array("77777777777\0".utf8), Array("777777777777".utf8), Array("12x00000000\0".utf8),
            Array("-1000000000\0".utf8), Array("9".utf8),
        ]
        for field in fields {
            #expect(await refusal { $0.header("a", sizeField: field) } != nil, "\(field)")
        }
        for size in ["-1", "9223372036854775807", "9223372036854775808", "1e3", ""] {
            #expect(
                await refusal {
                    $0.pax([("size", size)])
                    $0.header("a")
                } != nil, "\(size)")
        }
    }

    @Test func refusesHeadersThatMakeNoSense() async throws {
        #expect(await refusal { $0.header("a", checksum: 1) }?.contains("checksum") == true)
        #expect(await refusal { $0.header("a", type: "S") }?.contains("sparse") == true)
        #expect(
            await refusal {
                $0.pax([("GNU.sparse.major", "1")])
                $0.header("a")
            }?.contains("sparse") == true)
        #expect(
            await refusal {
                $0.pax([("path", "all")], type: "g")
                $0.header("a")
            }?.contains("global") == true)
        for record in ["9 a=b\n", "6 a=b", "5 a=b\n", "0 a=b\n", "x", "6 abc\n", "6_a=b\n"] {
            #expect(await refusal { $0.extended("x", Array(record.utf8)) } != nil, "\(record)")
        }
    }

    @Test func refusesPathsThatLeaveTheArchive() async throws {
        for name in ["/etc/passwd", "../up", "a/../../up", "..", "a\u{0}b"] {
            #expect(
                await refusal {
                    $0.pax([("path", name)])
                    $0.header("a")
                } != nil, "\(name)")
        }
        #expect(await refusal { $0.header("/absolute") }?.contains("absolute") == true)
        #expect(await refusal { $0.header("a/./b/../c") } == nil)
    }

    @Test func boundsNamesExtendedHeadersAndMembers() async throws {
        let long = String(repeating: "n", count: 4097)
        #expect(
            await refusal {
                $0.extended("L", Array((long + "\0").utf8))
                $0.header("a")
            } != nil)
        #expect(
            await refusal {
                $0.pax([("path", long)])
                $0.header("a")
            }?.contains("too long") == true)
        #expect(
            await refusal { $0.pax([("c", String(repeating: "c", count: 1 << 20))]) }?
                .contains("absurd") == true)
        #expect(
            await refusal { tar in (0..<20).forEach { _ in tar.pax([("c", "d")]) } }?
                .contains("absurd") == true)
        var parser = TarParser()
        #expect(parser.entryLimit == 100_000)
        parser.entryLimit = 2
        var tar = TarWriter()
        tar.header("a")
        _ = try parser.header(tar.bytes, at: 0)
        _ = try parser.header(tar.bytes, at: 512)
        #expect(throws: OCIError.self) { try parser.header(tar.bytes, at: 1024) }
    }

    @Test func boundsAllNamesTogether() async throws {
        var index = TarIndex()
        let long = String(repeating: "n", count: 4000)
        func add(_ number: Int) throws {
            try index.add(TarEntry(name: "\(number)\(long)", kind: .file, size: 0, offset: 0))
        }
        for number in 0..<4000 { try add(number) }
        #expect(throws: OCIError.self) { for number in 4000..<5000 { try add(number) } }
    }

    @Test func refusesEveryTruncationInsideAMember() async throws {
        var tar = TarWriter()
        tar.file("a", [UInt8](repeating: 1, count: 700))
        tar.pax([("path", "b")])
        tar.file("x", [UInt8](repeating: 2, count: 10))
        tar.extended("L", Array("c\0".utf8))
        tar.file("y", [])
        let bytes = tar.bytes
        let ends = [0, 1536, 3584, 5120]
        #expect(bytes.count == 5120)
        for count in stride(from: 0, through: bytes.count, by: 128) {
            let error = await failure { _ = try await members(Array(bytes.prefix(count))) }
            #expect((error == nil) == ends.contains(count), "\(count): \(error?.message ?? "fine")")
        }
    }

    @Test func endsAtZerosAndNowhereElse() async throws {
        let one = TarWriter.archive([("a", [1])])
        #expect(try await members(one + one).count == 1)
        #expect(try await members(Array(one.dropLast(512))).count == 1)
        var hidden = Array(one.dropLast(512))
        hidden += one
        let found = hidden
        #expect(await failure { _ = try await members(found) }?.kind == .badData)
    }

    @Test func followsLinksWithinTheArchiveOnly() throws {
        var tar = TarWriter()
        tar.file("one/layer.tar", [1])
        tar.symlink("two/layer.tar", to: "../one/layer.tar")
        tar.symlink("three", to: "two/layer.tar")
        tar.header("four", type: "1", link: "one/layer.tar")
        tar.symlink("absolute", to: "/etc/passwd")
        tar.symlink("up", to: "../../etc/passwd")
        tar.symlink("dangling", to: "nothing")
        tar.symlink("loop", to: "pool")
        tar.symlink("pool", to: "./loop")
        tar.header("self", type: "1", link: "self")
        tar.file("twice", [1])
        tar.file("./twice", [2])
        tar.symlink("to-twice", to: "twice")
        let file = try TarFile(try folder.write(tar.finished, to: "tar"))
        for name in ["two/layer.tar", "three", "four", "./two//layer.tar"] {
            #expect(try file.slice(name)?.bytes(limit: 1, what: "it") == [1])
        }
        for name in [
            "absolute", "up", "dangling", "loop", "self", "twice", "to-twice", "/three", "../three",
        ] {
            #expect(throws: OCIError.self, "\(name)") { try file.slice(name) }
        }
    }

    @Test func corruptionOnlyEverGivesItsOwnErrors() async throws {
        var random = SeededRandom(seed: 42)
        var tar = TarWriter()
        tar.pax([("path", "a/b"), ("size", "700")])
        tar.file("x", [UInt8](repeating: 1, count: 700))
        tar.extended("L", Array("c/d\0".utf8))
        tar.symlink("y", to: "a/b")
        tar.file("z", [UInt8](repeating: 2, count: 100))
        for _ in 0..<400 {
            var bytes = tar.finished
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            let broken = bytes
            let error = await failure { _ = try await members(broken) }
            #expect(error?.subject != "TEST", "\(error?.message ?? "")")
        }
    }
}
