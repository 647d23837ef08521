/// An index made of images from several places, which are read where they are.
public struct CombinedIndex: PackedImage {
    /// The index. The same members give the same bytes, in whatever order they come.
    public let manifest: Manifest
    private let members: [Digest: IndexMember]
    /// Which member has a blob.
    private let owners: [Digest: Digest]

    /// Makes the index: images by platform, then attestations. `docker` makes it a manifest list
    /// of Docker's, which has no annotations.
    ///
    /// Throws ``OCIError`` (bad data) when it is too large for a manifest.
    public init(
        _ members: [IndexMember], annotations: [String: String] = [:], docker: Bool = false
    ) throws(OCIError) {
        let sorted = members.sorted { $0.order.lexicographicallyPrecedes($1.order) }
        var index = Manifest.Index(
            mediaType: docker ? .dockerList : .ociIndex, manifests: sorted.map(\.descriptor))
        if !annotations.isEmpty { index.annotations = annotations }
        manifest = try Manifest(bytes: JSON.encode(index), declared: index.mediaType)
        self.members = Dictionary(members.map { ($0.digest, $0) }) { first, _ in first }
        owners = Dictionary(
            sorted.flatMap { member in member.manifest.blobs.map { ($0.digest, member.digest) } }
        ) { first, _ in first }
    }

    public var root: Descriptor { manifest.descriptor }

    public func manifest(_ descriptor: Descriptor) throws -> [UInt8] {
        if descriptor.digest == manifest.digest { return manifest.bytes }
        guard let member = members[descriptor.digest] else { throw Self.absent(descriptor) }
        return member.manifest.bytes
    }

    public func blob(_ descriptor: Descriptor) -> BlobSource {
        guard let member = member(with: descriptor) else {
            return BlobSource { throw Self.absent(descriptor) }
        }
        return member.source.blob(descriptor)
    }

    public func readBlobs(
        _ wanted: [Descriptor], parallel: Int,
        _ receive: @escaping @Sendable (Descriptor, BlobSource) async throws -> Void
    ) async throws {
        if let absent = wanted.first(where: { member(with: $0) == nil }) {
            throw Self.absent(absent)
        }
        let byOwner = Dictionary(grouping: wanted) { owners[$0.digest] }
        for (owner, blobs) in byOwner {
            guard let owner, let member = members[owner] else { continue }
            try await member.source.readBlobs(blobs, parallel: parallel, receive)
        }
    }

    private func member(with blob: Descriptor) -> IndexMember? {
        owners[blob.digest].flatMap { members[$0] }
    }

    private static func absent(_ descriptor: Descriptor) -> OCIError {
        OCIError(.notFound, "no image of the index has \(descriptor.digest)")
    }
}

extension IndexMember {
    /// What members are put in order by.
    fileprivate var order: [String] {
        [
            attests == nil ? "0" : "1", platform.map { "\($0)" } ?? "",
            platform?.osVersion ?? "", "\(digest)",
        ]
    }
}
