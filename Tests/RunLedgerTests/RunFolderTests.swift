import FoundationEssentials
import OCIRegistry
import RunLedger
import TestSupport
import Testing

@Suite("Records on this machine")
struct RunFolderTests {
    private let key = SigningKey()
    private let temporary: TemporaryFolder
    private let folder: RunFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = RunFolder(temporary.file("runs"))
    }

    @Test("a later step of the job finds what the first has begun, in a file of the owner's alone")
    func open() throws {
        let signed = SignedRecord(try Sample.started(), with: key)
        let path = try folder.keep(signed, isPending: false)
        try folder.open(signed)
        #expect(try folder.openRecord(try Sample.run(), keys: [key.publicKey]) == signed)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test("another attempt or job finds nothing")
    func others() throws {
        let signed = SignedRecord(try Sample.started(), with: key)
        try folder.keep(signed, isPending: false)
        try folder.open(signed)
        for other in [["GITHUB_RUN_ATTEMPT": "3"], ["GITHUB_JOB": "test"], ["GITHUB_RUN_ID": "1"]] {
            #expect(try folder.openRecord(try Sample.run(other), keys: [key.publicKey]) == nil)
        }
    }

    @Test("what was changed, put in another's place or signed by somebody else is refused")
    func tampered() throws {
        let signed = SignedRecord(try Sample.started(), with: key)
        let path = try folder.keep(signed, isPending: false)
        try folder.open(signed)
        func refused(_ keys: [PublicKey]) throws {
            let error = #expect(throws: OCIError.self) {
                try folder.openRecord(try Sample.run(), keys: keys)
            }
            #expect(error?.kind == .badData)
        }
        try refused([SigningKey().publicKey])
        let elder = SignedRecord(try Sample.started(["GITHUB_RUN_ID": "1"]), with: key)
        try LocalFile.replace(path, with: elder.bytes)
        try refused([key.publicKey])
        try LocalFile.replace(path, with: Array("{}".utf8))
        try refused([key.publicKey])
        try FileManager.default.removeItem(atPath: path)
        try refused([key.publicKey])
    }

    @Test("a record waits until it is stored")
    func pending() throws {
        let signed = SignedRecord(try Sample.started(), with: key)
        try folder.keep(signed, isPending: true)
        #expect(try folder.pending().map(\.tag) == [signed.tag])
        #expect(try folder.pending().map(\.bytes) == [signed.bytes])
        try folder.keep(signed, isPending: false)
        #expect(try folder.pending().isEmpty)
    }

    @Test("the folder is the job's where the runner has one, else the user's own, and never shared")
    func places() throws {
        #expect(
            try RunFolder(environment: ["RUNNER_TEMP": "/r", "HOME": "/h"]).path
                == "/r/publisher-run")
        #expect(try RunFolder(environment: ["HOME": "/h"]).path == "/h/.local/state/publisher/runs")
        #expect(
            try RunFolder(environment: ["PUBLISHER_RUN_DIR": "/x", "RUNNER_TEMP": "/r"]).path
                == "/x")
        #expect(throws: OCIError.self) { try RunFolder(environment: [:]) }
    }
}
