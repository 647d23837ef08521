/// Docker archives that no reader should accept, and none may be harmed by.
public enum HostileArchive: String, Sendable, CaseIterable {
    /// `manifest.json` names a layer by an absolute path of the host.
    case absolutePath
    /// `manifest.json` names a layer through `..`.
    case parentPath
    /// A layer is a symbolic link to a file of the host.
    case layerIsSymbolicLink
    /// A layer is a hard link to a file of the host.
    case layerIsHardLink
    /// Two layers are symbolic links to each other.
    case linkLoop
    /// A header claims the largest size that octal digits can say.
    case octalSize
    /// A header claims a size near 2^63.
    case hugeSize
    /// A header claims a size beyond 64 bits.
    case overflowingSize
    /// A header claims a negative size.
    case negativeSize
    /// A header's size is not a number.
    case sizeIsText
    /// A header's checksum is wrong.
    case badChecksum
    /// The archive ends inside a header.
    case truncatedHeader
    /// The archive ends inside a layer.
    case truncatedLayer
    /// There are two members called `manifest.json` that disagree.
    case duplicateManifest
    /// `manifest.json` is 100,000 arrays in each other.
    case deepManifest
    /// The configuration is 100,000 arrays in each other.
    case deepConfig
    /// `manifest.json` is not JSON.
    case manifestIsNotJSON
    /// `manifest.json` claims 20 GiB.
    case hugeManifest
    /// There is no `manifest.json`.
    case missingManifest
    /// The configuration is not there.
    case missingConfig
    /// A layer is not there.
    case missingLayer
    /// The configuration has one diffID more than there are layers.
    case tooFewLayers
    /// A layer's content is not its diffID.
    case wrongDiffID
    /// A compressed layer unpacks to 1 GiB of zeros, which is not its diffID.
    case bombLayer
    /// The file is empty.
    case empty
    /// The file is not a tar archive.
    case noise

    /// The archive.
    public func bytes() throws -> [UInt8] {
        let good = try DockerArchive(.small())
        let whole = good.bytes
        switch self {
        case .absolutePath: return layerPath(good, "/etc/passwd", nil)
        case .parentPath: return layerPath(good, "../../../../etc/passwd", nil)
        case .layerIsSymbolicLink: return layerPath(good, "evil", .symbolicLink("/etc/passwd"))
        case .layerIsHardLink: return layerPath(good, "evil", .hardLink("/etc/passwd"))
        case .linkLoop:
            var archive = good
            archive.items[0].layers = ["a/layer.tar", "b/layer.tar"]
            archive.entries.append(TarEntry("a/layer.tar", .symbolicLink("../b/layer.tar")))
            archive.entries.append(TarEntry("b/layer.tar", .symbolicLink("../a/layer.tar")))
            return archive.bytes
        case .octalSize: return size(good, .octal("777777777777"))
        case .hugeSize: return size(good, .base256([0x7F] + [UInt8](repeating: 0xFF, count: 7)))
        case .overflowingSize: return size(good, .base256([UInt8](repeating: 0x7F, count: 12)))
        case .negativeSize: return size(good, .base256([UInt8](repeating: 0xFF, count: 12)))
        case .sizeIsText: return size(good, .octal("not a number"))
        case .badChecksum: return Array(whole[..<10]) + [whole[10] ^ 1] + whole[11...]
        case .truncatedHeader: return Array(whole.prefix(1024 + 100))
        case .truncatedLayer: return Array(whole.prefix(whole.count / 2))
        case .duplicateManifest: return duplicate(good)
        case .deepManifest: return manifest(good, deepJSON)
        case .deepConfig: return config(good, .file(Array(deepJSON.utf8)))
        case .manifestIsNotJSON: return manifest(good, "<html></html>")
        case .hugeManifest:
            let entry = TarEntry("manifest.json", .file([]), sizeField: .octal("240000000000"))
            return TarArchive([entry]).bytes
        case .missingManifest: return TarArchive(good.entries).bytes
        case .missingConfig: return config(good, nil)
        case .missingLayer: return layerPath(good, "blobs/sha256/\(Sha256.hex([]))", nil)
        case .tooFewLayers: return try claim { $0 + [Sha256.digest([])] }
        case .wrongDiffID: return try claim { $0.dropLast() + [Sha256.digest([])] }
        case .bombLayer: return layerPath(good, "bomb", .file(try Self.bomb(megabytes: 1024)))
        case .empty: return []
        case .noise: return FixtureContent.random(100_000)
        }
    }

    /// Gzip data that unpacks to so many megabytes of zeros, in members of 64 MiB.
    public static func bomb(megabytes: Int) throws -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        let member = try FixtureCompression.gzip.compress(zeros)
        return Array(repeatElement(member, count: max(1, megabytes / 64)).joined())
    }

    private var deepJSON: String {
        String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    }

    private func layerPath(
        _ archive: DockerArchive, _ path: String, _ kind: TarEntry.Kind?
    ) -> [UInt8] {
        var archive = archive
        archive.items[0].layers[0] = path
        if let kind { archive.entries.append(TarEntry(path, kind)) }
        return archive.bytes
    }

    private func size(_ archive: DockerArchive, _ field: TarEntry.SizeField) -> [UInt8] {
        var archive = archive
        archive.entries.insert(TarEntry("first", .file([1, 2, 3]), sizeField: field), at: 0)
        return archive.bytes
    }

    private func manifest(_ archive: DockerArchive, _ text: String) -> [UInt8] {
        TarArchive(archive.entries + [.text("manifest.json", text)]).bytes
    }

    private func duplicate(_ archive: DockerArchive) -> [UInt8] {
        var archive = archive
        archive.entries.append(.text("manifest.json", "[]"))
        return archive.bytes
    }

    /// Puts another configuration in place of the right one, under a path that says nothing.
    private func config(_ archive: DockerArchive, _ kind: TarEntry.Kind?) -> [UInt8] {
        var archive = archive
        archive.items[0].config = "config.json"
        if let kind { archive.entries.append(TarEntry("config.json", kind)) }
        return archive.bytes
    }

    private func claim(_ change: ([String]) -> [String]) throws -> [UInt8] {
        var image = FixtureImage.small()
        image.claimedDiffIDs = change(image.layers.map(\.diffID))
        return try DockerArchive(image).bytes
    }
}
