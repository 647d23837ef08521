import Synchronization
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes blobs and tags into an OCI layout directory, new or existing. OCI image-spec,
/// image-layout.md.
///
/// A file appears under its name only when it is whole, verified and on disk, so a layout is
/// readable at every moment; tasks of one process may write to it at the same time.
public struct OCILayoutWriter: Sendable {
    /// Where the layout is.
    public let path: FilePath

    /// One at a time in this process, whichever writer: index.json is read, changed, replaced.
    private static let indexLock = Mutex(())

    /// Creates the layout, or goes on with the one that is there. Throws ``OCIError``: usage for
    /// a directory of something else.
    public init(_ path: FilePath) throws(OCIError) {
        self.path = path
        try Self.makeDirectory(path)
        do {
            try Self.indexLock.withLock { _ in try begin() }
        } catch {
            throw error as? OCIError
                ?? OCIError(.temporary, "cannot be opened", subject: path.string)
        }
        try Self.makeDirectory(path.appending("blobs"))
    }

    private func begin() throws(OCIError) {
        if let marker = try Self.document(path, OCILayoutIndex.markerPath) {
            let index = try Self.document(path, OCILayoutIndex.indexPath)
            _ = try OCILayoutIndex(
                marker: marker, index: index ?? Self.emptyIndex, layout: path.string)
            if index == nil { try replace(OCILayoutIndex.indexPath, Self.emptyIndex) }
            return
        }
        guard try Self.isEmpty(path) else {
            throw OCIError(
                .usage, "is a directory of something other than an OCI layout",
                subject: path.string, advice: "name a new or an empty directory")
        }
        try replace(OCILayoutIndex.markerPath, Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8))
        try replace(OCILayoutIndex.indexPath, Self.emptyIndex)
    }

    /// Whether the layout holds this blob, by digest and size.
    public func hasBlob(_ descriptor: Descriptor) -> Bool {
        let blob = path.appending(OCILayoutIndex.blobPath(descriptor.digest))
        guard let stat = try? Stat(blob, followTargetSymlink: false) else { return false }
        return stat.type == .regular && Int64(stat.size) == descriptor.size
    }

    /// Writes a blob or manifest, unless the layout has it. Throws ``OCIError``: bad data when the
    /// content is not what the descriptor says; and what `content` throws. Leaves nothing behind
    /// then.
    public func write(_ descriptor: Descriptor, from content: any ByteReader) async throws {
        if hasBlob(descriptor) { return }
        let directory = path.appending("blobs").appending(descriptor.digest.algorithm.rawValue)
        try Self.makeDirectory(directory)
        let file = try TemporaryFile(in: directory)
        var hash = SHA2(descriptor.digest.algorithm)
        while let piece = try await content.read() {
            guard hash.count + Int64(piece.count) <= descriptor.size else {
                throw wrong(descriptor, "is longer than its \(descriptor.size) bytes")
            }
            hash.update(piece)
            try file.write(piece)
        }
        guard hash.count == descriptor.size else {
            throw wrong(descriptor, "ended after \(hash.count) of \(descriptor.size) bytes")
        }
        let digest = hash.finalize()
        guard digest == descriptor.digest else {
            throw wrong(descriptor, "has the digest \(digest)")
        }
        try file.commit(as: descriptor.digest.hex)
    }

    /// Lists a manifest in index.json, under a tag or, with nil, without one. What had the tag
    /// loses it. Throws ``OCIError``: not found when the manifest was not written before.
    public func tag(_ descriptor: Descriptor, as tag: String?) throws(OCIError) {
        guard hasBlob(descriptor) else { throw OCILayout.missing(descriptor, path.string) }
        var entry = descriptor
        entry.annotations?[OCILayoutIndex.refName] = nil
        if let tag {
            entry.annotations = (entry.annotations ?? [:]).merging([OCILayoutIndex.refName: tag]) {
                $1
            }
        }
        do {
            try Self.indexLock.withLock { _ in
                let old = try Self.document(path, OCILayoutIndex.indexPath) ?? Self.emptyIndex
                var index = try JSON.decode(
                    Manifest.Index.self, from: old, what: "index.json of \(path)")
                index.manifests.removeAll {
                    let name = $0.annotations?[OCILayoutIndex.refName]
                    return name == tag && (tag != nil || $0.digest == descriptor.digest)
                }
                index.manifests.append(entry)
                try replace(OCILayoutIndex.indexPath, JSON.encode(index))
            }
        } catch {
            throw error as? OCIError
                ?? OCIError(.temporary, "cannot be tagged", subject: path.string)
        }
    }

    private static let emptyIndex = JSON.encode(
        Manifest.Index(mediaType: .ociIndex, manifests: []))

    private func replace(_ name: String, _ bytes: [UInt8]) throws(OCIError) {
        let file = try TemporaryFile(in: path)
        try file.write(bytes)
        try file.commit(as: name)
    }

    private func wrong(_ descriptor: Descriptor, _ why: String) -> OCIError {
        OCIError(.badData, "\(descriptor.digest) \(why)", subject: path.string)
    }

    private static func document(_ path: FilePath, _ name: String) throws(OCIError) -> [UInt8]? {
        try OCILayoutDirectory(path).file(name)?.bytes(limit: Manifest.sizeLimit, what: name)
    }

    private static func makeDirectory(_ path: FilePath) throws(OCIError) {
        try OCIError.onFile("cannot create", path) {
            guard mkdir(path.string, 0o777) != 0, errno != EEXIST else { return }
            throw Errno(rawValue: errno)
        }
    }

    private static func isEmpty(_ path: FilePath) throws(OCIError) -> Bool {
        guard let directory = opendir(path.string) else {
            throw OCIError(Errno(rawValue: errno), "cannot open", path)
        }
        defer { closedir(directory) }
        // The directory itself and its parent are always listed.
        for _ in 0..<2 where readdir(directory) == nil { return true }
        return readdir(directory) == nil
    }
}
