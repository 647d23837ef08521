import Glibc
import OCIRegistry

/// What a garbage collection took away.
public struct CollectionReport: Sendable, Equatable, Codable {
    /// Blobs that no repository has any more.
    public var blobs = 0
    /// Their bytes.
    public var bytes: Int64 = 0
    /// Uploads that nobody went on with.
    public var uploads = 0
    /// Blobs that some repository had and no manifest of it named.
    public var unreferenced = 0
}

/// Garbage collection, while pushes run.
///
/// Whatever somebody pushed, mounted, or asked for with HEAD within the grace is kept, so that a push
/// under way finds at its end what it saw at its start. The last look at a repository's manifests is
/// under the lock that their PUTs take.
extension Store {
    /// Takes away what no manifest names and no push touched for `grace` seconds.
    public func collect(grace: Int64) throws(StoreError) -> CollectionReport {
        var report = CollectionReport()
        let limit = Int64(time(nil)) - grace
        for upload in uploads.giveUp(idleFor: .seconds(grace)) {
            try cancel(upload)
            report.uploads += 1
        }
        try forEachRepository { name throws(StoreError) in
            try collectBlobs(of: name, changedBefore: limit, &report)
            try clearReferrers(of: name)
            try removeEmptyParts(of: name)
        }
        try collectShared(changedBefore: limit, &report)
        try removeEmptyFolders(below: layout.repositories) { status, name in
            !name.hasPrefix("_") && status.changed < limit
        }
        return report
    }

    private func collectBlobs(
        of name: RepositoryName, changedBefore limit: Int64, _ report: inout CollectionReport
    ) throws(StoreError) {
        let own = layout.repository(name)
        var seen: Set<Digest> = []
        var named: Set<Digest> = []
        // One manifest that is not understood may name anything: then everything stays.
        var isUnderstood = true
        func look() throws(StoreError) {
            try forEachManifest(in: name) { digest throws(StoreError) in
                guard isUnderstood, seen.insert(digest).inserted else { return }
                guard let blobs = try blobs(of: digest, in: name) else {
                    isUnderstood = false
                    return
                }
                named.formUnion(blobs)
            }
        }
        try look()
        guard isUnderstood else { return }
        var candidates: [Digest] = []
        try RepositoryLayout.digests(in: own.blobs) { digest in
            if !named.contains(digest), let status = FileStatus(path: own.blob(digest)),
                status.changed < limit
            {
                candidates.append(digest)
            }
        }
        guard !candidates.isEmpty else { return }
        var removed: [Digest] = []
        try withLock(name) { () throws(StoreError) in
            try look()
            guard isUnderstood else { return }
            for digest in candidates where !named.contains(digest) {
                guard let status = FileStatus(path: own.blob(digest)), status.changed < limit,
                    try StoreFiles.remove(own.blob(digest))
                else { continue }
                try StoreFiles.remove(own.awaited(digest))
                try StoreFiles.remove(own.type(of: digest))
                removed.append(digest)
            }
        }
        report.unreferenced += removed.count
        // Their last name but the store's own went just now, which made them look fresh.
        for digest in removed { try dropShared(digest, &report) }
    }

    /// The blobs that a manifest names; nil when it is there and cannot be understood.
    private func blobs(
        of digest: Digest, in name: RepositoryName
    ) throws(StoreError) -> [Digest]? {
        do {
            guard let stored = try manifest(digest, in: name) else { return [] }
            switch dialect {
            case .gitea: return try PackageManifest(stored)?.blobs.compactMap(\.content)
            case .oci: return try stored.understood()?.blobs.map(\.digest)
            }
        } catch {
            guard error.isDamage else { throw error }
            return nil
        }
    }

    private func collectShared(
        changedBefore limit: Int64, _ report: inout CollectionReport
    ) throws(StoreError) {
        for algorithm in Digest.Algorithm.allCases {
            let folder = "\(layout.blobs)/\(algorithm.rawValue)"
            try StoreFiles.names(in: folder) { part throws(StoreError) in
                try StoreFiles.names(in: "\(folder)/\(part)") { hex throws(StoreError) in
                    guard let digest = Digest(algorithm, hex: hex),
                        let status = FileStatus(path: layout.blob(digest)), status.changed < limit
                    else { return }
                    try dropShared(digest, &report)
                }
            }
        }
    }

    /// A repository that links the blob in this very instant keeps the bytes under its own name.
    private func dropShared(
        _ digest: Digest, _ report: inout CollectionReport
    ) throws(StoreError) {
        let path = layout.blob(digest)
        guard let status = FileStatus(path: path), status.links == 1,
            try StoreFiles.remove(path)
        else { return }
        report.blobs += 1
        report.bytes += status.size
    }

    private func removeEmptyParts(of name: RepositoryName) throws(StoreError) {
        let folder = layout.repository(name).folder
        try StoreFiles.names(in: folder) { part throws(StoreError) in
            guard part.hasPrefix("_") else { return }
            // Under the lock a push does not lose a folder that it has just made.
            try withLock(name) { () throws(StoreError) in
                try removeEmptyFolders(below: "\(folder)/\(part)") { _, _ in true }
                rmdir("\(folder)/\(part)")
            }
        }
    }

    private func removeEmptyFolders(
        below folder: String, where isMeant: (FileStatus, String) -> Bool
    ) throws(StoreError) {
        try StoreFiles.names(in: folder) { name throws(StoreError) in
            let path = "\(folder)/\(name)"
            guard let status = FileStatus(path: path), status.isFolder, isMeant(status, name) else {
                return
            }
            try removeEmptyFolders(below: path, where: isMeant)
            rmdir(path)
        }
    }
}
