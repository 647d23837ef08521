import SystemPackage

/// What a path leads to, as far as that matters for an image; nil when nothing is there.
enum FileKind {
    case file
    case directory

    init?(_ path: String) {
        guard !path.isEmpty, let stat = try? Stat(FilePath(path)) else { return nil }
        self = stat.type == .directory ? .directory : .file
    }
}

/// Which sort of image archive a file is.
enum ArchiveKind {
    case docker
    case oci

    /// Looks into a file; nil when it is no archive of an image. The headers of a plain archive
    /// are read; a compressed one is read until what it is shows, at worst to the end.
    init?(_ path: FilePath) async throws {
        let file = try OpenFile(path)
        let head = try file.read(at: 0, count: CompressionFormat.magicLength)
        switch CompressionFormat(sniffing: head) {
        case .none:
            let block = try file.read(at: 0, count: TarParser.blockSize)
            guard (try? TarHeader(block)) != nil else { return nil }
            let index = try TarFile(file).index
            self.init { index.contains($0) }
        case .gzip, .zstd:
            let reader = DecompressingReader(file.whole.reader(), what: path.string)
            let archive = TarStream(reader, what: path.string)
            var seen: Set<String> = []
            while let entry = try await archive.next() {
                let isLegacyLayer = entry.name.hasSuffix("/layer.tar")
                if isLegacyLayer || entry.name == DockerArchiveManifest.path {
                    self = .docker
                    return
                }
                if [OCILayoutIndex.markerPath, OCILayoutIndex.indexPath].contains(entry.name) {
                    seen.insert(entry.name)
                }
            }
            self.init { seen.contains($0) }
        case .unsupported: return nil
        }
    }

    private init?(_ contains: (String) -> Bool) {
        if contains(DockerArchiveManifest.path) {
            self = .docker
        } else if contains(OCILayoutIndex.markerPath), contains(OCILayoutIndex.indexPath) {
            self = .oci
        } else {
            return nil
        }
    }
}
