public import SystemPackage

/// An image in an OCI layout: a directory, or a tar archive of one. OCI image-spec,
/// image-layout.md.
public struct OCILayout: PackedImage {
    /// Where a layout's files are.
    protocol Store: Sendable {
        /// What it is called in messages.
        var name: String { get }
        /// A file by its path within the layout, nil when there is none. Throws ``OCIError``.
        func file(_ path: String) throws(OCIError) -> FileSlice?
    }

    /// The manifest or index at the top, as index.json has it.
    public let root: Descriptor
    private let store: any Store

    /// Opens a layout directory and the image in it that `selector` names: a tag, `@DIGEST`, or
    /// nil where there is only one.
    ///
    /// Throws ``OCIError``: not found, usage when several images could be meant (listing them),
    /// bad data.
    public static func open(
        directory path: FilePath, selector: String? = nil
    ) throws(OCIError) -> OCILayout {
        try OCILayout(OCILayoutDirectory(path), selector)
    }

    /// Opens a layout in a tar archive, which may be compressed: then it is read as a stream.
    /// Throws as ``open(directory:selector:)`` does.
    public static func open(
        archive path: FilePath, selector: String? = nil
    ) async throws -> any PackedImage {
        let file = try OpenFile(path)
        let head = try file.read(at: 0, count: CompressionFormat.magicLength)
        if CompressionFormat(sniffing: head) == .none {
            return try OCILayout(OCILayoutArchive(tar: TarFile(file)), selector)
        }
        let stream = OCILayoutStream(path.string, root: .select(selector), retry: .none) {
            DecompressingReader(
                file.whole.reader(), limits: .init(output: DockerArchive.Limits().decompressed),
                what: path.string)
        }
        _ = try await stream.root
        return stream
    }

    private init(_ store: some Store, _ selector: String?) throws(OCIError) {
        let index = try Self.index(of: store)
        root = try index.select(selector, layout: store.name)
        self.store = store
    }

    public func manifest(_ descriptor: Descriptor) throws -> [UInt8] {
        try slice(descriptor).bytes(limit: Manifest.sizeLimit, what: "\(descriptor.digest)")
    }

    public func blob(_ descriptor: Descriptor) -> BlobSource {
        BlobSource { try slice(descriptor).reader() }
    }

    private func slice(_ descriptor: Descriptor) throws(OCIError) -> FileSlice {
        guard let slice = try store.file(OCILayoutIndex.blobPath(descriptor.digest)) else {
            throw Self.missing(descriptor, store.name)
        }
        guard slice.length == descriptor.size else {
            throw Self.wrongSize(descriptor, slice.length, store.name)
        }
        return slice
    }

    static func missing(_ descriptor: Descriptor, _ layout: String) -> OCIError {
        OCIError(
            .notFound,
            "has no blob \(descriptor.digest) (\(descriptor.mediaType), "
                + "\(descriptor.size) bytes)", subject: layout,
            advice: descriptor.mediaType.isManifest
                ? "not all platforms that the index names are there: choose one that is with "
                    + "--platform OS/ARCH, or make the image again with all of them"
                : "the image is not complete: make it again")
    }

    static func wrongSize(_ descriptor: Descriptor, _ size: Int64, _ layout: String) -> OCIError {
        OCIError(
            .badData,
            "blob \(descriptor.digest) has \(size) bytes; its descriptor says "
                + "\(descriptor.size)", subject: layout, advice: "make the layout again")
    }
}

/// A layout in a plain tar archive.
struct OCILayoutArchive: OCILayout.Store {
    var tar: TarFile
    var name: String { tar.file.path.string }
    func file(_ path: String) throws(OCIError) -> FileSlice? { try tar.slice(path) }
}
