import Glibc
import NIOConcurrencyHelpers
public import OCIRegistry
import Synchronization

/// A blob on its way in: an upload session. OCI distribution-spec, "Pushing blobs".
///
/// Bytes go to a file and through the hash as they come. One request at a time writes to it.
public final class BlobUpload: Sendable {
    /// What stands in the session's URL.
    public let identifier: String
    /// Where it was opened.
    public let repository: RepositoryName
    let path: String
    private let algorithm: Digest.Algorithm
    private let lock = NIOLock()
    /// Touched under the lock only.
    nonisolated(unsafe) private var state: State

    private struct State: ~Copyable {
        var hash: SHA2?
        var count: Int64 = 0
        var isBusy = false
        var isBroken = false
        var settled: Int64 = 0
        var lastUse = ContinuousClock.now
    }

    init(
        _ identifier: String, _ repository: RepositoryName, path: String,
        _ algorithm: Digest.Algorithm
    ) {
        self.identifier = identifier
        self.repository = repository
        self.path = path
        self.algorithm = algorithm
        state = State(hash: SHA2(algorithm))
    }

    /// Bytes held so far.
    public var count: Int64 { lock.withLock { state.count } }

    /// Bytes held when the last request that went well had ended: all that Gitea tells of a session
    /// that a broken request has put out of use.
    var settled: Int64 { lock.withLock { state.settled } }

    /// Lets no request have the session any more, whose bytes are not what ``settled`` says.
    func poison() { lock.withLock { state.isBroken = true } }

    /// Takes the session for one request. False while another has it, or after a failed write.
    public func begin() -> Bool {
        lock.withLock {
            guard !state.isBusy, !state.isBroken else { return false }
            state.isBusy = true
            return true
        }
    }

    /// Gives the session back.
    public func end() {
        lock.withLock {
            state.isBusy = false
            if !state.isBroken { state.settled = state.count }
            state.lastUse = .now
        }
    }

    /// Lets no request have the session any more if none has it and none had it for so long.
    func giveUp(idleFor duration: Duration) -> Bool {
        lock.withLock {
            guard !state.isBusy, state.lastUse.duration(to: .now) > duration else { return false }
            state.isBroken = true
            return true
        }
    }

    /// Adds bytes.
    func append(_ bytes: UnsafeRawBufferPointer, to file: borrowing StoreFile) throws(StoreError) {
        do throws(StoreError) { try file.write(bytes) } catch {
            lock.withLock { state.isBroken = true }
            // On a full disk somebody else needs the room.
            ftruncate(file.descriptor, 0)
            throw error
        }
        lock.withLock {
            state.hash?.update(bytes)
            state.count += Int64(bytes.count)
        }
    }

    /// The digest of all bytes, which ends the session's hash: from then on its file is hashed.
    func digest(_ wanted: Digest.Algorithm) throws(StoreError) -> Digest {
        let running: Digest? = lock.withLock {
            guard wanted == algorithm, let hash = state.hash.take() else { return nil }
            return hash.finalize()
        }
        if let running { return running }
        return try StoreFiles.open(path).digest(wanted)
    }
}

/// The sessions that are open.
final class UploadTable: Sendable {
    private let sessions = Mutex<[String: BlobUpload]>([:])

    /// How many may be open at once; each costs less than a kilobyte.
    static let limit = 10_000

    func add(_ upload: BlobUpload) -> Bool {
        sessions.withLock { sessions in
            guard sessions.count < Self.limit else { return false }
            sessions[upload.identifier] = upload
            return true
        }
    }

    func find(_ identifier: String) -> BlobUpload? { sessions.withLock { $0[identifier] } }

    func remove(_ identifier: String) -> BlobUpload? {
        sessions.withLock { $0.removeValue(forKey: identifier) }
    }

    /// The sessions that are given up now.
    func giveUp(idleFor duration: Duration) -> [BlobUpload] {
        sessions.withLock { $0.values.filter { $0.giveUp(idleFor: duration) } }
    }
}
