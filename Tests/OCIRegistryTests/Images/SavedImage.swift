import Foundation

@testable import OCIRegistry

/// A small image, and the archives that Docker's versions would write of it.
struct SavedImage {
    var layers: [[UInt8]]
    var tags: [String] = ["example/app:1"]
    /// Whether the legacy form's directories are named as Docker names them.
    var hasProvableNames = true

    /// Four layers, the third equal to the second.
    static let sample = SavedImage(
        layers: ["base", "same", "same", "top"].map { TarWriter.archive([($0, Array($0.utf8))]) })

    var diffIDs: [Digest] { layers.map { SHA2.digest(of: $0) } }
    var content: [Digest: [UInt8]] {
        Dictionary(zip(diffIDs, layers), uniquingKeysWith: { first, _ in first })
    }

    var config: [UInt8] {
        let list = diffIDs.map { "\"\($0)\"" }.joined(separator: ",")
        return Array(
            """
            {"architecture":"amd64","os":"linux","config":{"Env":["X=\\u003c&>"]},\
            "rootfs":{"type":"layers","diff_ids":[\(list)]}}
            """.utf8)
    }
    var configDigest: Digest { SHA2.digest(of: config) }

    func inspect(driver: String = "overlay2", upper: String? = nil) -> [UInt8] {
        let data = upper.map { #"{"UpperDir":"\#($0)"}"# } ?? "null"
        let list = diffIDs.map { "\"\($0)\"" }.joined(separator: ",")
        return Array(
            """
            {"Id":"\(configDigest)","RepoTags":[],"GraphDriver":{"Name":"\(driver)","Data":\(data)},\
            "RootFS":{"Type":"layers","Layers":[\(list)]}}
            """.utf8)
    }

    /// The directories of the legacy form with their `json`, as Docker 20.10 names them.
    private var directories: [(id: String, json: String)] {
        var parent: String?
        var chain: Digest?
        return diffIDs.enumerated().map { index, diffID in
            chain = chain.map { SHA2.digest(of: Array("\($0) \(diffID)".utf8)) } ?? diffID
            let isTop = index == diffIDs.count - 1
            let created = #""created":"1970-01-01T00:00:00Z""#
            let hashed =
                #"{"container_config":{"Cmd":["a","\""],"Labels":null},"# + created
                + #","layer_id":"\#(chain?.description ?? "")""#
                + (isTop ? #","os":"linux""# : "")
                + (parent.map { #","parent":"sha256:\#($0)""# } ?? "") + "}"
            var id = SHA2.digest(of: Array(hashed.utf8)).hex
            if !hasProvableNames { id = SHA2.digest(of: Array("random\(index)".utf8)).hex }
            let json =
                #"{"id":"\#(id)","# + (parent.map { #""parent":"\#($0)","# } ?? "") + created
                + #","container_config":{"Cmd":["a","\""],"Labels":null},"os":"linux"}"#
            parent = id
            return (id, json)
        }
    }

    func manifest(config: String? = nil, layers: [String]) -> [UInt8] {
        struct Item: Encodable {
            var Config: String
            var RepoTags: [String]
            var Layers: [String]
        }
        return JSON.encode(
            [Item(Config: config ?? "\(configDigest.hex).json", RepoTags: tags, Layers: layers)])
    }

    /// What engines before 25 write, its members in lexical order.
    var legacy: [UInt8] {
        let directories = directories
        var members: [(String, (inout TarWriter) -> Void)] = []
        for (index, directory) in directories.enumerated() {
            let id = directory.id
            members.append((id + "/", { $0.directory(id) }))
            members.append((id + "/VERSION", { $0.file(id + "/VERSION", Array("1.0".utf8)) }))
            members.append((id + "/json", { $0.file(id + "/json", Array(directory.json.utf8)) }))
            let first = diffIDs.firstIndex(of: diffIDs[index]) ?? index
            members.append(
                (
                    id + "/layer.tar",
                    { tar in
                        if first == index {
                            tar.file(id + "/layer.tar", layers[index])
                        } else {
                            tar.symlink(
                                id + "/layer.tar", to: "../\(directories[first].id)/layer.tar")
                        }
                    }
                ))
        }
        members.append((configDigest.hex, { $0.file("\(configDigest.hex).json", config) }))
        var tar = TarWriter()
        for (_, write) in members.sorted(by: { $0.0 < $1.0 }) { write(&tar) }
        tar.file("manifest.json", manifest(layers: directories.map { $0.id + "/layer.tar" }))
        tar.file("repositories", Array("{}".utf8))
        return tar.finished
    }

    /// What classic engines from 25 on write.
    var blobs: [UInt8] {
        var members = content
        members[configDigest] = config
        let junk = Array(#"{"created":"1970-01-01T00:00:00Z"}"#.utf8)
        members[SHA2.digest(of: junk)] = junk
        let oci = JSON.encode(
            Manifest.Image(
                mediaType: .ociManifest,
                config: Descriptor(
                    mediaType: .ociConfig, digest: configDigest, size: Int64(config.count)),
                layers: zip(diffIDs, layers).map {
                    Descriptor(mediaType: .ociLayer, digest: $0, size: Int64($1.count))
                }))
        members[SHA2.digest(of: oci)] = oci
        var index = Manifest.Index(
            mediaType: .ociIndex,
            manifests: [
                Descriptor(
                    mediaType: .ociManifest, digest: SHA2.digest(of: oci), size: Int64(oci.count),
                    annotations: ["org.opencontainers.image.ref.name": "1"])
            ])
        index.annotations = nil
        let paths = diffIDs.map { "blobs/sha256/\($0.hex)" }
        var tar = TarWriter()
        tar.directory("blobs")
        tar.directory("blobs/sha256")
        for (digest, bytes) in members.sorted(by: { $0.key < $1.key }) {
            tar.file("blobs/sha256/\(digest.hex)", bytes)
        }
        tar.file("index.json", JSON.encode(index))
        tar.file(
            "manifest.json",
            manifest(config: "blobs/sha256/\(configDigest.hex)", layers: paths))
        tar.file("oci-layout", Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        return tar.finished
    }
}

/// The sample as both ages of Docker save it, plain and compressed as a whole; a name in the log, not its
/// bytes.
enum SavedForm: CaseIterable {
    case legacy, blobs, legacyGzip, blobsZstd

    var bytes: [UInt8] {
        switch self {
        case .legacy: SavedImage.sample.legacy
        case .blobs: SavedImage.sample.blobs
        case .legacyGzip: Compressed.gzip(SavedImage.sample.legacy)
        case .blobsZstd: Compressed.zstd(SavedImage.sample.blobs)
        }
    }
}

/// An engine's two answers, and how often and how far they were read.
actor FakeEngine {
    let answer: [UInt8]
    let stream: [UInt8]
    private(set) var saves: [PieceReader] = []

    init(_ answer: [UInt8], _ stream: [UInt8]) {
        self.answer = answer
        self.stream = stream
    }

    private func save() -> any ByteReader {
        let reader = PieceReader(stream)
        saves.append(reader)
        return reader
    }

    nonisolated var source: EngineStream {
        EngineStream(
            name: "example/app:1", readsStorage: true, inspect: { [answer] in answer },
            save: { await self.save() })
    }
}
