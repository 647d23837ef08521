import Foundation
import SystemPackage
import Testing

@testable import OCIRegistry
import struct TestSupport.SeededRandom

@Suite struct FileReaderTests {
    let folder = TemporaryFolder()

    @Test func readsASliceInPiecesWithoutASharedPosition() async throws {
        var random = SeededRandom(seed: 1)
        let bytes = random.bytes(2_500_000)
        let file = try OpenFile(try folder.write(bytes, to: "f"))
        try FileManager.default.removeItem(atPath: folder.path.appending("f").string)
        let slice = FileSlice(file: file, offset: 100, length: 2_400_000)
        let first = slice.reader()
        #expect(try await first.read()?.count == 1 << 20)
        let second = try await slice.reader().collect(limit: .max, what: "it")
        #expect(second == Array(bytes[100..<2_400_100]))
        #expect(try await first.read() == Array(bytes[(100 + 1 << 20)...].prefix(1 << 20)))
    }

    @Test func noticesAFileThatBecameShorter() async throws {
        let path = try folder.write([UInt8](repeating: 7, count: 3 << 20), to: "f")
        let reader = try OpenFile(path).whole.reader()
        _ = try await reader.read()
        #expect(truncate(path.string, 1 << 20 + 1) == 0)
        let error = await failure { _ = try await reader.read() }
        #expect(error?.kind == .badData)
        #expect(error?.message.contains("shorter") == true)
    }

    @Test func refusesWhatIsNotARegularFile() async throws {
        #expect(mkfifo(folder.path.appending("fifo").string, 0o600) == 0)
        for (name, kind) in [("", OCIError.Kind.usage), ("fifo", .usage), ("none", .notFound)] {
            let error = await failure { _ = try OpenFile(folder.path.appending(name)) }
            #expect(error?.kind == kind)
        }
    }
}
