import Testing

@testable import OCIRegistry

@Suite struct ManifestTests {
    private let digest = "sha256:\(String(repeating: "a", count: 64))"

    private func image(_ type: String, extra: String = "") -> [UInt8] {
        Array(
            """
            {"schemaVersion":2,"mediaType":"\(type)",\
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\(digest)",\
            "size":2},"layers":[]\(extra)}
            """.utf8)
    }

    @Test func readsImagesAndIndexesOfBothFamilies() throws {
        for type in [MediaType.ociManifest, .dockerManifest] {
            let manifest = try Manifest(bytes: image(type.rawValue), declared: type)
            #expect(manifest.mediaType == type)
            #expect(manifest.blobs.map(\.size) == [2])
        }
        let index = #"{"schemaVersion":2,"manifests":[]}"#
        for type in [MediaType.ociIndex, .dockerList] {
            #expect(try Manifest(bytes: Array(index.utf8), declared: type).mediaType == type)
        }
    }

    @Test func theDocumentsOwnTypeDecidesAndMustAgree() throws {
        let bytes = image(MediaType.ociManifest.rawValue)
        #expect(try Manifest(bytes: bytes, declared: nil).mediaType == .ociManifest)
        let generic = MediaType(rawValue: "application/json; charset=utf-8")
        #expect(try Manifest(bytes: bytes, declared: generic).mediaType == .ociManifest)
        #expect(throws: OCIError.self) { try Manifest(bytes: bytes, declared: .dockerManifest) }
    }

    @Test func refusesWhatIsNoManifest() {
        let deep = String(repeating: "[", count: 100_000)
        let texts = [
            "", "{}", "[]", "nonsense", deep, #"{"schemaVersion":2,"mediaType":"text/plain"}"#,
            String(
                decoding: image(MediaType.ociManifest.rawValue, extra: #","manifests":[]"#),
                as: UTF8.self),
            #"{"schemaVersion":2,"manifests":[],"layers":[]}"#,
        ]
        for text in texts {
            let error = #expect(throws: OCIError.self, "\(text.prefix(60))") {
                try Manifest(bytes: Array(text.utf8), declared: nil)
            }
            #expect(error?.kind == .badData)
        }
        #expect(throws: OCIError.self) {
            try Manifest(
                bytes: [UInt8](repeating: 0x20, count: Manifest.sizeLimit + 1), declared: nil)
        }
    }

    @Test func schema1IsExplained() {
        for (text, type) in [
            (#"{"schemaVersion":1,"name":"a","tag":"b"}"#, nil),
            (#"{"name":"a"}"#, MediaType.dockerSchema1Signed),
        ] {
            let error = #expect(throws: OCIError.self) {
                try Manifest(bytes: Array(text.utf8), declared: type)
            }
            #expect(error?.message.contains("schema 1") == true)
        }
    }

    @Test func encodingIsStable() {
        let made = Manifest.Image(
            mediaType: .ociManifest,
            config: Descriptor(mediaType: .ociConfig, digest: SHA2.digest(of: [1]), size: 1),
            layers: [], annotations: ["b": "2", "a": "1/2"])
        let text = String(decoding: JSON.encode(made), as: UTF8.self)
        #expect(text.contains(#""annotations":{"a":"1/2","b":"2"}"#))
        #expect(text.hasPrefix(#"{"annotations""#))
        #expect(JSON.encode(made) == JSON.encode(made))
    }
}
