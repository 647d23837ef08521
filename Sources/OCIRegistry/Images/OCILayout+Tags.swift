public import SystemPackage

extension OCILayout {
    /// The tags in a layout directory, in the order of its index. What carries no tag, or a name
    /// that is none, is left out.
    ///
    /// Throws ``OCIError``: not found, bad data.
    public static func tags(directory path: FilePath) throws(OCIError) -> [Tag] {
        try index(of: OCILayoutDirectory(path)).manifests.compactMap { manifest in
            manifest.annotations?[OCILayoutIndex.refName].flatMap { try? Tag($0) }
        }
    }

    /// Reads a layout's two documents. Throws ``OCIError`` (bad data) when it is none.
    static func index(of store: some Store) throws(OCIError) -> OCILayoutIndex {
        func document(_ path: String, limit: Int) throws(OCIError) -> [UInt8] {
            guard let slice = try store.file(path) else {
                throw OCIError(
                    .badData, "is not an OCI layout: it has no \(path)", subject: store.name,
                    advice: "for the output of 'docker save' write 'docker-archive:' in front")
            }
            return try slice.bytes(limit: limit, what: path)
        }
        return try OCILayoutIndex(
            marker: document(OCILayoutIndex.markerPath, limit: OCILayoutIndex.markerLimit),
            index: document(OCILayoutIndex.indexPath, limit: Manifest.sizeLimit),
            layout: store.name)
    }
}
