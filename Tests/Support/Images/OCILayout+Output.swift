extension OCILayout {
    /// The files of the layout, by path, in a fixed order.
    public var files: [(path: String, content: [UInt8])] {
        let list = roots.map(\.json).joined(separator: ",")
        let type = FixtureFormat.oci.index
        let index = #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(list)]}"#
        let content = blobs.sorted { $0.key < $1.key }.map { digest, bytes in
            (path: "blobs/\(digest.replacing(":", with: "/"))", content: bytes)
        }
        return content + [
            (path: "index.json", content: Array(index.utf8)),
            (path: "oci-layout", content: Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)),
        ]
    }

    /// Writes the layout as a directory.
    public func write(to directory: String) throws {
        for file in files { try writeFile("\(directory)/\(file.path)", file.content) }
    }

    /// The layout as a tar archive, which `skopeo` calls `oci-archive`.
    public var tar: [UInt8] {
        TarArchive(files.map { TarEntry($0.path, .file($0.content)) }).bytes
    }

    /// Stores everything in a registry, the first root under these tags; gives its digest.
    @discardableResult
    public func put(
        into registry: ScriptedRegistry, _ repository: String, tags: [String]
    ) -> String? {
        let types = Dictionary(manifests.map { ($0.digest, $0.mediaType) }) { $1 }
        for (digest, bytes) in blobs where types[digest] == nil {
            registry.put(blob: bytes, in: repository)
        }
        let root = roots.first?.digest
        for manifest in manifests {
            guard let bytes = blobs[manifest.digest] else { continue }
            registry.put(
                manifest: bytes, mediaType: manifest.mediaType, in: repository,
                tags: manifest.digest == root ? tags : [])
        }
        return root
    }
}
