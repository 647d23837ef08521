import Testing

@testable import OCIRegistry

@Suite struct EngineStreamTests {
    let image = SavedImage.sample

    func unpacked(_ engine: FakeEngine) async throws -> any UnpackedImage {
        guard case .unpacked(let image) = try await engine.source.open() else {
            throw OCIError(.usage, "opened as packed", subject: "TEST")
        }
        return image
    }

    @Test func opensAClassicImageWithoutAnExport() async throws {
        let engine = FakeEngine(image.inspect(), [])
        let opened = try await unpacked(engine)
        #expect(try await opened.diffIDs == image.diffIDs)
        #expect(try await opened.configDigest == image.configDigest)
        #expect(await engine.saves.isEmpty)
    }

    @Test(arguments: [SavedForm.legacy, .blobs])
    func readsLayersAndConfigurationInOnePass(_ form: SavedForm) async throws {
        let stream = form.bytes
        let engine = FakeEngine(image.inspect(), stream)
        let opened = try await unpacked(engine)
        #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
        #expect(try await opened.config() == image.config)
        #expect(try await opened.layers([]).isEmpty)
        #expect(await engine.saves.count == 1)
        #expect(await engine.saves.first?.given ?? .max < stream.count)
    }

    @Test(arguments: [SavedForm.legacy, .blobs])
    func handsOverOnlyWhatIsWanted(_ form: SavedForm) async throws {
        let stream = form.bytes
        for diffID in Set(image.diffIDs) {
            let engine = FakeEngine(image.inspect(), stream)
            let opened = try await unpacked(engine)
            #expect(try await opened.layers([diffID]) == [diffID: image.content[diffID]])
            #expect(await engine.saves.count == 1)
        }
    }

    @Test func learnsByHashingWhatNamesDoNotProve() async throws {
        var odd = image
        odd.hasProvableNames = false
        let engine = FakeEngine(odd.inspect(), odd.legacy)
        let opened = try await unpacked(engine)
        #expect(try await opened.layers(Set(odd.diffIDs)) == odd.content)
        #expect(try await opened.config() == odd.config)
        #expect(await engine.saves.count == 2)
        let top = odd.diffIDs[3]
        #expect(try await opened.layers([top]) == [top: odd.layers[3]])
        #expect(await engine.saves.count == 3)
    }

    @Test("a configuration that is found elsewhere saves the export, if it is the right one")
    func learnsTheConfiguration() async throws {
        let engine = FakeEngine(image.inspect(), image.legacy)
        let opened = try await unpacked(engine)
        await opened.learnConfig { [image] in $0 == image.configDigest ? image.config : nil }
        #expect(try await opened.config() == image.config)
        #expect(await engine.saves.isEmpty)

        for wrong in [image.config + [0x20], nil] {
            let engine = FakeEngine(image.inspect(), image.legacy)
            let opened = try await unpacked(engine)
            await opened.learnConfig { _ in wrong }
            #expect(try await opened.config() == image.config)
            #expect(await engine.saves.count == 1)
        }
    }

    @Test func stopsAsSoonAsTheConfigurationWasSeen() async throws {
        let big = SavedImage(layers: [[UInt8](repeating: 5, count: 300_000)])
        var tar = TarWriter()
        tar.file("blobs/sha256/\(big.configDigest.hex)", big.config)
        tar.file("blobs/sha256/\(big.diffIDs[0].hex)", big.layers[0])
        let engine = FakeEngine(big.inspect(), tar.finished)
        let opened = try await unpacked(engine)
        #expect(try await opened.config() == big.config)
        #expect(await engine.saves.first?.given ?? .max < 10_000)
        #expect(try await opened.config() == big.config)
        #expect(await engine.saves.count == 1)
    }

    @Test func readsWhatPodmanExports() async throws {
        var tar = TarWriter()
        for (diffID, bytes) in image.content { tar.file("\(diffID.hex).tar", bytes) }
        tar.file("\(image.configDigest.hex).json", image.config)
        let opened = try await unpacked(FakeEngine(image.inspect(), tar.finished))
        #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
    }

    @Test func neverTakesAnotherConfiguration() async throws {
        var tar = TarWriter()
        tar.file("\(image.configDigest.hex).json", Array("{}".utf8))
        let opened = try await unpacked(FakeEngine(image.inspect(), tar.finished))
        let error = await failure { _ = try await opened.config() }
        #expect(error?.kind == .protocolViolation)
    }

    @Test func saysWhichLayerIsMissing() async throws {
        let stream = Array(image.legacy.prefix(2048)) + [UInt8](repeating: 0, count: 1024)
        let opened = try await unpacked(FakeEngine(image.inspect(), stream))
        let absent = await failure { _ = try await opened.layers([image.diffIDs[3]]) }
        #expect(absent?.kind == .protocolViolation)
        let cut = try await unpacked(FakeEngine(image.inspect(), Array(image.legacy.prefix(4700))))
        #expect(await failure { _ = try await cut.layers([image.diffIDs[3]]) }?.kind == .badData)
        let unknown = await failure { _ = try await opened.layers([SHA2.digest(of: [])]) }
        #expect(unknown?.kind == .notFound)
    }

    @Test func refusesAnswersThatAreNotAnImages() async throws {
        for answer in [
            "", "[]", "{}", #"{"Id":"abc"}"#,
            #"{"Id":"\#(image.configDigest)","GraphDriver":{"Name":"vfs"}}"#,
        ] {
            let engine = FakeEngine(Array(answer.utf8), [])
            let error = await failure { _ = try await engine.source.open() }
            #expect(error?.kind == .protocolViolation, "\(answer)")
        }
    }

    @Test func decidesByTheExportWhereTheEngineDoesNotSay() async throws {
        for stream in [image.blobs, image.legacy] {
            let engine = FakeEngine(image.inspect(driver: "btrfs"), stream)
            let opened = try await unpacked(engine)
            #expect(try await opened.config() == image.config)
        }
        let layout = PackedFixture()
        let answer = Array(
            #"{"Id":"\#(layout.index.digest)","GraphDriver":{"Name":"overlayfs"}}"#.utf8)
        let engine = FakeEngine(answer, layout.archive)
        guard case .packed(let opened) = try await engine.source.open() else {
            Issue.record("opened as unpacked")
            return
        }
        #expect(try await opened.root.digest == layout.index.digest)
        #expect(try await opened.manifest(layout.manifest) == layout.blobs[layout.manifest.digest])
        #expect(await engine.saves.count == 1)
    }

    @Test func readsAContainerdStoreInTwoPasses() async throws {
        let layout = PackedFixture()
        let descriptor = String(decoding: JSON.encode(layout.index), as: UTF8.self)
        let answer = Array(#"{"Id":"\#(layout.index.digest)","Descriptor":\#(descriptor)}"#.utf8)
        let engine = FakeEngine(answer, layout.archive)
        guard case .packed(let opened) = try await engine.source.open() else {
            Issue.record("opened as unpacked")
            return
        }
        #expect(try await opened.root == layout.index)
        #expect(await engine.saves.isEmpty)
        for document in [layout.index, layout.manifest] {
            #expect(try await opened.manifest(document) == layout.blobs[document.digest])
        }
        #expect(await engine.saves.count == 1)
        let collected = Collected()
        try await opened.readBlobs(layout.contents + [layout.contents[0]], parallel: 3) {
            let first = try await $1.open().collect(limit: 1 << 20, what: "blob")
            let again = try await $1.open().collect(limit: 1 << 20, what: "blob")
            #expect(first == again)
            await collected.add($0.digest, first)
        }
        for blob in layout.contents {
            #expect(await collected.layers[blob.digest] == layout.blobs[blob.digest])
        }
        #expect(await collected.order.count == layout.contents.count)
        // One for the documents, one for the data, and one for each second opening of a layer.
        #expect(await engine.saves.count == 1 + 1 + 2)
        #expect(await engine.saves[1].given < layout.archive.count)
        let absent = Descriptor(mediaType: .ociLayer, digest: SHA2.digest(of: []), size: 0)
        let error = await failure { try await opened.readBlobs([absent], parallel: 1) { _, _ in } }
        #expect(error?.kind == .notFound)
    }
}
