import Glibc
public import OCIRegistry

extension Store {
    /// The largest descriptor of a referrer that is read back; its annotations are the manifest's.
    private static let descriptorLimit = 5 << 20

    /// The descriptors of the manifests whose subject is `digest`, in the order of their digests, after
    /// `last`, until there are `limit` of them or they fill `size` bytes; and whether there are more.
    ///
    /// OCI distribution-spec, "Listing Referrers".
    public func referrers(
        of digest: Digest, in name: RepositoryName, artifactType: String? = nil,
        after last: String? = nil, limit: Int, size: Int = .max
    ) throws(StoreError) -> (descriptors: [Descriptor], more: Bool) {
        let own = layout.repository(name)
        let folder = own.referrers(of: digest)
        var names: [String] = []
        try StoreFiles.names(in: folder) { names.append($0) }
        var found: [Descriptor] = []
        var bytes = 0
        for text in names.sorted() {
            guard let referrer = RepositoryLayout.digest(text), last.map({ text > $0 }) ?? true,
                hasManifest(referrer, in: name),
                let content = try StoreFiles.read("\(folder)/\(text)", limit: Self.descriptorLimit),
                let descriptor = try? JSON.decode(Descriptor.self, from: content, what: text),
                artifactType == nil || descriptor.artifactType == artifactType
            else { continue }
            if found.count == limit || (!found.isEmpty && bytes + content.count > size) {
                return (found, true)
            }
            found.append(descriptor)
            bytes += content.count
        }
        return (found, false)
    }

    /// Under the repository's lock, before the manifest itself is there.
    func addReferrer(
        _ manifest: Manifest, of subject: Digest, in name: RepositoryName
    ) throws(StoreError) {
        let folder = layout.repository(name).referrers(of: subject)
        let path = "\(folder)/\(RepositoryLayout.name(manifest.digest))"
        guard FileStatus(path: path) == nil else { return }
        try replace(path, with: JSON.encode(manifest.referrerDescriptor))
    }

    /// Under the repository's lock.
    func removeReferrer(
        _ digest: Digest, of subject: Digest, in name: RepositoryName
    ) throws(StoreError) {
        let folder = layout.repository(name).referrers(of: subject)
        try StoreFiles.remove("\(folder)/\(RepositoryLayout.name(digest))")
        rmdir(folder)
    }

    /// Removes what is listed and not there: its PUT or DELETE was never finished.
    func clearReferrers(of name: RepositoryName) throws(StoreError) {
        let own = layout.repository(name)
        try StoreFiles.names(in: own.referrers) { subject throws(StoreError) in
            let folder = "\(own.referrers)/\(subject)"
            try withLock(name) { () throws(StoreError) in
                try StoreFiles.names(in: folder) { text throws(StoreError) in
                    guard let digest = RepositoryLayout.digest(text),
                        try !StoreFiles.isThere(own.manifest(digest))
                    else { return }
                    try StoreFiles.remove("\(folder)/\(text)")
                }
                rmdir(folder)
            }
        }
    }
}

extension Manifest {
    /// What a list of referrers says of this manifest.
    var referrerDescriptor: Descriptor {
        switch view {
        case .image(let image):
            return Descriptor(
                mediaType: mediaType, digest: digest, size: Int64(bytes.count),
                annotations: image.annotations,
                artifactType: image.artifactType ?? image.config.mediaType.rawValue)
        case .index(let index):
            return Descriptor(
                mediaType: mediaType, digest: digest, size: Int64(bytes.count),
                annotations: index.annotations, artifactType: index.artifactType)
        }
    }
}
