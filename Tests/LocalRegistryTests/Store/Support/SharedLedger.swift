import OCIRegistry
import Synchronization

@testable import LocalRegistry

/// What many clients at once did to one repository: a tag that all of them move, blobs that all of them
/// upload.
final class SharedLedger: Sendable {
    private struct Write {
        let digest: Digest
        let start: Int
        var end: Int?
    }
    private struct State {
        var writes: [Write] = []
        var clock = 0
        var blobs: Set<Digest> = []
    }

    let name: RepositoryName
    let tag: Tag
    private let state = Mutex(State())

    init(_ name: String, tag: String) throws {
        self.name = try RepositoryName(name)
        self.tag = try Tag(tag)
    }

    /// Notes that a PUT of the tag goes out; gives its number.
    func begin(_ digest: Digest) -> Int {
        state.withLock { state in
            state.clock += 1
            state.writes.append(Write(digest: digest, start: state.clock))
            return state.writes.count - 1
        }
    }

    /// Notes that it was acknowledged.
    func end(_ number: Int) {
        state.withLock { state in
            state.clock += 1
            state.writes[number].end = state.clock
        }
    }

    /// Notes that an upload was acknowledged.
    func has(_ blob: Digest) { state.withLock { _ = $0.blobs.insert(blob) } }

    /// What is wrong with a store, as text; nil when nothing is.
    func compare(with store: Store, images: [Digest: SampleImage]) throws -> String? {
        let found = try store.resolve(tag, in: name)
        let blobs = try RepositoryState(of: name, in: store).blobs
        return state.withLock { state in
            // A write that had ended before another began, which was acknowledged, is overwritten.
            let latest = state.writes.filter { $0.end != nil }.map(\.start).max() ?? 0
            let possible = state.writes.filter { $0.end ?? .max > latest }
            guard possible.contains(where: { $0.digest == found }) || found == nil && latest == 0
            else { return "\(name):\(tag) is \(found?.description ?? "gone")" }
            guard blobs.isSuperset(of: found.flatMap { images[$0]?.blobs } ?? []) else {
                return "\(name):\(tag) lacks blobs"
            }
            guard blobs.isSuperset(of: state.blobs) else { return "\(name) lacks blobs" }
            state.writes = found.map { [Write(digest: $0, start: 0, end: 1)] } ?? []
            state.clock = 1
            // In Gitea's dialect a blob goes with the last manifest that names it.
            state.blobs = []
            return nil
        }
    }
}
