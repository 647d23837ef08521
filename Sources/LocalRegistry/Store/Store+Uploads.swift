import Glibc
public import OCIRegistry

/// A request that has an upload session to itself, with the session's file open.
public final class UploadWriter: Sendable {
    /// The session.
    public let upload: BlobUpload
    private let file: StoreFile

    init(_ upload: BlobUpload) throws(StoreError) {
        self.upload = upload
        file = try StoreFiles.open(upload.path, O_WRONLY | O_APPEND)
    }

    /// Adds bytes to the session.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        try upload.append(bytes, to: file)
    }

    /// Gives the session back, for the next request.
    public func close() { upload.end() }

    func sync() throws(StoreError) { try file.sync() }
}

extension Store {
    /// How long an upload session may lie idle: a day.
    static let uploadLifetime = Duration.seconds(24 * 3600)

    /// Opens an upload session; nil while too many are open.
    public func startUpload(
        in name: RepositoryName, _ algorithm: Digest.Algorithm = .sha256
    ) throws(StoreError) -> BlobUpload? {
        for old in uploads.giveUp(idleFor: Self.uploadLifetime) { try cancel(old) }
        let identifier = StoreLayout.newIdentifier()
        let path = "\(layout.temporary)/\(identifier)"
        _ = try StoreFiles.open(path, O_WRONLY | O_CREAT | O_EXCL)
        let upload = BlobUpload(identifier, name, path: path, algorithm)
        guard uploads.add(upload) else {
            unlink(path)
            return nil
        }
        return upload
    }

    /// An open session, whatever its repository.
    public func upload(_ identifier: String) -> BlobUpload? { uploads.find(identifier) }

    /// Takes a session for one request; nil while another one has it.
    public func writer(of upload: BlobUpload) throws(StoreError) -> UploadWriter? {
        guard upload.begin() else { return nil }
        do { return try UploadWriter(upload) } catch {
            upload.end()
            throw error
        }
    }

    /// Ends a session: its bytes become a blob of `name`. False, and nothing becomes a blob, when they
    /// are not the digest's. The session is gone either way.
    public func finish(
        _ writer: UploadWriter, as digest: Digest, in name: RepositoryName
    ) throws(StoreError) -> Bool {
        let upload = writer.upload
        upload.poison()
        defer { drop(upload) }
        guard try upload.digest(digest.algorithm) == digest else { return false }
        try adopt(upload.path, as: digest, in: name) { () throws(StoreError) in try writer.sync() }
        return true
    }

    /// The digest of what a session holds so far; it goes on.
    func digest(of writer: UploadWriter) throws(StoreError) -> Digest {
        try writer.upload.digest(.sha256)
    }

    /// Ends a session: its bytes, whose digest this is, become a blob of `name`.
    func finish(
        _ writer: UploadWriter, verified digest: Digest, in name: RepositoryName
    ) throws(StoreError) {
        writer.upload.poison()
        defer { drop(writer.upload) }
        try adopt(writer.upload.path, as: digest, in: name) { () throws(StoreError) in
            try writer.sync()
        }
    }

    private func drop(_ upload: BlobUpload) {
        _ = uploads.remove(upload.identifier).map { unlink($0.path) }
    }

    /// Ends a session and forgets its bytes.
    public func cancel(_ upload: BlobUpload) throws(StoreError) {
        guard let upload = uploads.remove(upload.identifier) else { return }
        try StoreFiles.remove(upload.path)
    }
}
