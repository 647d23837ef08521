import FoundationEssentials
import ImageTags
import OCIRegistry

/// What records of runs need: every digest that stands in a record which is not too old. It reads the
/// ledger's repository and, like ``PinFiles``, knows no format beyond the envelope's.
struct LedgerRoots: Sendable {
    /// Bytes of a record above which it is refused.
    private static let limit = 4 << 20

    let reader: SnapshotReader
    /// Seconds for which a record counts.
    let age: Int64

    /// What is needed. Throws ``OCIError``: a ledger that cannot be read needs who knows what. One that
    /// was never written to needs nothing.
    func roots() async throws -> [RetentionRoot] {
        let snapshot: RepositorySnapshot
        do {
            snapshot = try await reader.read()
        } catch let error as OCIError where error.kind == .notFound {
            return []
        }
        let manifests = Dictionary(
            uniqueKeysWithValues: snapshot.manifests.map { ($0.digest, $0) })
        var roots: [RetentionRoot] = []
        for entry in snapshot.tags where entry.tag.description.hasPrefix("run-") {
            guard let manifest = manifests[entry.digest] else { continue }
            let time = entry.pushed ?? manifest.created
            // Nobody knows how old the others are: they count.
            if let time, time.adding(seconds: age) < reader.now { continue }
            var named = Set(manifest.children + [manifest.subject].compactMap { $0 })
            for blob in manifest.blobs where blob.size <= Self.limit {
                let bytes = try await record(blob.digest)
                named.formUnion(DigestText.digests(in: bytes, bare: true).map(\.digest))
            }
            roots += named.sorted().map { RetentionRoot(.run, $0, usedBy: "\(entry.tag)") }
        }
        return roots
    }

    /// A record's text: what its envelope holds, where it has one. DSSE, "Envelope".
    private func record(_ digest: Digest) async throws -> [UInt8] {
        struct Envelope: Decodable { var payload: String }
        var bytes = reader.cache.document(digest)?.bytes
        if bytes == nil {
            let fetched = try await reader.repository.blob(digest, limit: Self.limit)
            reader.cache.keep(.init(bytes: fetched, type: .octetStream), as: digest)
            bytes = fetched
        }
        let text = bytes ?? []
        let envelope = try? JSON.decode(Envelope.self, from: text, what: "the envelope")
        return text + (envelope.flatMap { Data(base64Encoded: $0.payload) } ?? Data())
    }
}
