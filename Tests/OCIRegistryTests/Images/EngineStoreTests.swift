import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import OCIRegistry

@Suite struct EngineStoreTests {
    private let image = SavedImage.sample
    private let root: TestSupport.TemporaryFolder

    /// An engine's folder as overlay2 has it: of each layer some bytes as headers, some as a file.
    init() throws {
        root = try TestSupport.TemporaryFolder(prefix: "engine-store")
        let chain = LegacyLayerID.chain(image.diffIDs)
        for (index, layer) in image.layers.enumerated() {
            let place = "image/overlay2/layerdb/sha256/\(chain[index].hex)"
            let head = Data(layer.prefix(600)).base64EncodedString()
            let tail = Data(layer.dropFirst(700)).base64EncodedString()
            let lines = """
                {"type":2,"payload":"\(head)","position":0}
                {"type":1,"name":"./a/empty","payload":null,"position":1}
                {"type":1,"name":"./a/f\\u0026","size":100,"payload":"AA==","position":2}
                {"type":2,"payload":"\(tail)","position":3}

                """
            try root.write("\(place)/diff", Array("\(image.diffIDs[index])".utf8))
            try root.write("\(place)/cache-id", Array("layer\(index)".utf8))
            try root.write("\(place)/size", Array("100".utf8))
            try root.write(
                "\(place)/tar-split.json.gz",
                try FixtureCompression.gzip.compress(Array(lines.utf8)))
            try root.write("overlay2/layer\(index)/diff/a/f&", Array(layer[600..<700]))
        }
        try root.write(
            "image/overlay2/imagedb/content/sha256/\(image.configDigest.hex)", image.config)
    }

    private var upper: String { root.file("overlay2/layer3/diff") }

    private func open(_ engine: FakeEngine) async throws -> any UnpackedImage {
        guard case .unpacked(let opened) = try await engine.source.open() else {
            throw OCIError(.usage, "opened as packed", subject: "TEST")
        }
        return opened
    }

    @Test func readsTheImageWithoutAnExport() async throws {
        let engine = FakeEngine(image.inspect(upper: upper), [])
        let opened = try await open(engine)
        #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
        #expect(try await opened.config() == image.config)
        #expect(await engine.saves.isEmpty)
    }

    @Test func otherDriversAndEnginesElsewhereExport() async throws {
        for answer in [
            image.inspect(driver: "vfs", upper: upper), image.inspect(),
            image.inspect(upper: "/nowhere/overlay2/x/diff"), image.inspect(upper: "relative"),
            image.inspect(upper: upper + "/../diff"),
        ] {
            let engine = FakeEngine(answer, image.legacy)
            let opened = try await open(engine)
            #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
            #expect(await engine.saves.count == 1)
        }
    }

    /// Damage to the topmost layer; all of it must lead to the export of that layer alone.
    static let damages = [
        "rm $D/a/f*", "truncate -s 99 $D/a/f*", "rm -r $D", "mv $D/a $D/b; ln -s b $D/a",
        "mv $D/a/f* $D/x; ln -s ../x \"$D/a/f&\"", "rm $D/a/f*; mkfifo \"$D/a/f&\"",
        "echo ../../../etc >$P/cache-id", "echo sha256:0 >$P/diff", "echo x >$P/tar-split.json.gz",
        "printf '{\"type\":3}\\n' | gzip >$P/tar-split.json.gz",
        "printf '{\"type\":1,\"name\":\"../layer0/diff/a/f&\",\"size\":1}\\n' | gzip >$P/tar-split.json.gz",
    ]

    @Test(arguments: damages) func whatCannotBeReadIsExported(damage: String) async throws {
        let chain = LegacyLayerID.chain(image.diffIDs)
        let place = root.file("image/overlay2/layerdb/sha256/\(chain[3].hex)")
        let call = ProgramCall(
            "/bin/bash", ["-ec", "D=\(upper) P=\(place); \(damage)"], environment: [:])
        #expect(try await ChildProcess.run(call).checked().status == 0)
        let engine = FakeEngine(image.inspect(upper: upper), image.legacy)
        let opened = try await open(engine)
        #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
        #expect(await engine.saves.count == 1)
    }

    @Test func aLayerThatIsAnotherThanItSaysIsExported() async throws {
        try root.write("overlay2/layer3/diff/a/f&", [UInt8](repeating: 7, count: 100))
        let engine = FakeEngine(image.inspect(upper: upper), image.legacy)
        let opened = try await open(engine)
        let received = Collected()
        try await opened.readLayers(Set(image.diffIDs), parallel: 2) { layer in
            let compressing = CompressingReader(
                layer.content, compression: .defaultGzip, expecting: layer.diffID, parallel: 1)
            while try await compressing.read() != nil {}
            await received.add(layer.diffID, [])
        }
        #expect(await Set(received.layers.keys) == Set(image.diffIDs))
        #expect(await engine.saves.count == 1)
    }
}
