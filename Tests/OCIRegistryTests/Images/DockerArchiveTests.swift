import SystemPackage
import Testing

@testable import OCIRegistry
import struct TestSupport.SeededRandom

@Suite struct DockerArchiveTests {
    let folder = TemporaryFolder()
    let image = SavedImage.sample

    func open(
        _ bytes: [UInt8], _ reference: String? = nil, limits: DockerArchive.Limits = .init()
    ) async throws -> any UnpackedImage {
        try await DockerArchive.open(
            try folder.write(bytes, to: "image.tar"), reference: reference, limits: limits)
    }

    func archive(
        _ item: String, config: [UInt8]? = nil, more: [(String, [UInt8])] = []
    ) -> [UInt8] {
        TarWriter.archive(
            [("manifest.json", Array("[\(item)]".utf8)), ("c.json", config ?? image.config)] + more)
    }

    @Test(arguments: SavedForm.allCases)
    func readsWhatDockerSaves(_ form: SavedForm) async throws {
        let opened = try await open(form.bytes)
        #expect(try await opened.diffIDs == image.diffIDs)
        #expect(try await opened.configDigest == image.configDigest)
        #expect(try await opened.config() == image.config)
        #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
        let top = image.diffIDs[3]
        #expect(try await opened.layers([top]) == [top: image.layers[3]])
        #expect(try await opened.layers([]).isEmpty)
        let error = await failure { _ = try await opened.layers([SHA2.digest(of: [])]) }
        #expect(error?.kind == .notFound)
    }

    @Test(arguments: SavedForm.allCases)
    func aReceiverMayStopEarlyAndMayFail(_ form: SavedForm) async throws {
        let opened = try await open(form.bytes)
        try await opened.readLayers(Set(image.diffIDs), parallel: 1) { _ in }
        let error = await failure {
            try await opened.readLayers(Set(image.diffIDs), parallel: 2) { _ in
                throw OCIError(.denied, "no")
            }
        }
        #expect(error?.kind == .denied)
    }

    @Test func decompressesMembers() async throws {
        let item = #"{"Config":"c.json","Layers":["a.tar.gz","b.zst","b.zst","d"]}"#
        let opened = try await open(
            archive(
                item,
                more: [
                    ("a.tar.gz", Compressed.gzip(image.layers[0])),
                    ("b.zst", Compressed.zstd(image.layers[1])), ("d", image.layers[3]),
                ]))
        #expect(try await opened.layers(Set(image.diffIDs)) == image.content)
    }

    @Test func runsNoMoreThanSoManyAtATime() async throws {
        actor Gauge {
            var now = 0
            var most = 0
            func enter() {
                now += 1
                most = max(most, now)
            }
            func leave() { now -= 1 }
        }
        let opened = try await open(image.legacy)
        for parallel in [1, 2] {
            let gauge = Gauge()
            try await opened.readLayers(Set(image.diffIDs), parallel: parallel) { _ in
                await gauge.enter()
                try await Task.sleep(for: .milliseconds(30))
                await gauge.leave()
            }
            #expect(await gauge.most == parallel)
        }
    }

    @Test func choosesAmongSeveralImages() async throws {
        let other = SavedImage(layers: [[1]], tags: ["localhost:5000/x:2", "app:latest"])
        var tar = TarWriter()
        tar.file("a", image.config)
        tar.file("b", other.config)
        for (index, layer) in (image.layers + other.layers).enumerated() {
            tar.file("l\(index)", layer)
        }
        tar.file(
            "manifest.json",
            Array(
                """
                [{"Config":"a","RepoTags":["example/app:1"],"Layers":["l0","l1","l2","l3"]},\
                {"Config":"b","RepoTags":["localhost:5000/x:2","app:latest"],"Layers":["l4"]}]
                """.utf8))
        let bytes = tar.finished
        let names = [
            "example/app:1": image, "docker.io/example/app:1": image, "@0": image, "@1": other,
            "app": other, "docker.io/library/app:latest": other, "localhost:5000/x:2": other,
        ]
        for (name, expected) in names {
            #expect(try await open(bytes, name).configDigest == expected.configDigest, "\(name)")
        }
        let several = await failure { _ = try await open(bytes) }
        #expect(several?.kind == .usage)
        #expect(several?.advice?.contains("example/app:1, localhost:5000/x:2") == true)
        for name in ["example/app:2", "example/app", "@2", "@-1", "@", "Nonsense:::"] {
            let none = await failure { _ = try await open(bytes, name) }
            #expect(none?.kind == .notFound, "\(name)")
            #expect(none?.advice?.contains("example/app:1") == true)
        }
    }

    @Test func refusesArchivesThatContradictThemselves() async throws {
        let hex = String(repeating: "a", count: 64)
        let four = #"["l","l","l","l"]"#
        let cases: [(String, [UInt8])] = [
            ("no manifest.json", TarWriter.archive([("x", [])])),
            ("no manifest.json", []),
            ("names 0 images", TarWriter.archive([("manifest.json", Array("[]".utf8))])),
            ("not valid", TarWriter.archive([("manifest.json", Array("{}".utf8))])),
            ("no member 'x'", archive(#"{"Config":"x","Layers":\#(four)}"#)),
            ("no member 'l'", archive(#"{"Config":"c.json","Layers":\#(four)}"#)),
            ("names 1 layers", archive(#"{"Config":"c.json","Layers":["l"]}"#)),
            ("names 0 layers", archive(#"{"Config":"c.json","Layers":null}"#)),
            (
                "has the content of",
                archive(
                    #"{"Config":"\#(hex).json","Layers":\#(four)}"#,
                    more: [("\(hex).json", image.config)])
            ),
            ("absolute", archive(#"{"Config":"/etc/passwd","Layers":\#(four)}"#)),
            ("leaves it", archive(#"{"Config":"c.json","Layers":["../l","l","l","l"]}"#)),
            (
                "two members",
                archive(#"{"Config":"c.json","Layers":\#(four)}"#, more: [("c.json", [])])
            ),
        ]
        for (message, bytes) in cases {
            for form in [bytes, Compressed.gzip(bytes)] {
                let error = await failure { _ = try await open(form) }
                #expect(error?.kind == .badData, "\(message)")
                #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
                #expect(error?.subject?.hasSuffix("image.tar") == true || message == "not valid")
            }
        }
    }

    @Test func refusesDeepJSON() async throws {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        for bytes in [
            TarWriter.archive([("manifest.json", deep)]),
            archive(#"{"Config":"c.json","Layers":[]}"#, config: Array("{\"rootfs\":".utf8) + deep),
        ] {
            #expect(await failure { _ = try await open(bytes) }?.kind == .badData)
            #expect(await failure { _ = try await open(Compressed.gzip(bytes)) }?.kind == .badData)
        }
    }

    @Test func stopsBombs() async throws {
        let limits = DockerArchive.Limits(decompressed: 4 << 20)
        let item = #"{"Config":"c.json","Layers":["z","z","z","z"]}"#
        let one = SavedImage(layers: [[1]])
        let member = archive(
            #"{"Config":"c.json","Layers":["z"]}"#, config: one.config,
            more: [("z", Compressed.zstdZeros(blocks: 1000))])
        let opened = try await open(member, limits: limits)
        let error = await failure { _ = try await opened.layers(Set(one.diffIDs)) }
        #expect(error?.kind == .badData)
        #expect(error?.message.contains("larger than 4194304") == true)

        var whole = TarWriter()
        whole.file("manifest.json", Array("[\(item)]".utf8))
        whole.header("z", size: 128 << 20)
        let bomb = Compressed.zstd(whole.bytes) + Compressed.zstdZeros(blocks: 1024)
        let outer = await failure { _ = try await open(bomb, limits: limits) }
        #expect(outer?.message.contains("larger than 4194304") == true)

        var huge = TarWriter()
        huge.file("manifest.json", Array("[\(item)]".utf8))
        huge.header("c.json", size: 9 << 20)
        huge.content([UInt8](repeating: 0x20, count: 9 << 20))
        let config = await failure { _ = try await open(huge.finished) }
        #expect(config?.message.contains("larger than") == true)
    }

    @Test func corruptionOnlyEverGivesItsOwnErrors() async throws {
        var random = SeededRandom(seed: 7)
        for round in 0..<240 {
            var bytes = SavedForm.allCases[round % 4].bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
            }
            if round % 3 == 0 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random)) }
            let broken = bytes
            let error = await failure {
                let opened = try await open(broken)
                _ = try await opened.layers(Set(try await opened.diffIDs))
            }
            #expect(error?.subject != "TEST", "\(error?.message ?? "")")
        }
    }
}
