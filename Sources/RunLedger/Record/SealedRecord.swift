import CNative
import OCIRegistry

/// A record whose signature holds and whose name is its own, but which nobody has read yet: enough to tell
/// that it has nothing to do with what is looked for.
struct SealedRecord: Sendable {
    /// The statement's exact bytes.
    let payload: [UInt8]

    /// Opens an envelope; nil where the payload is not that of the tag. Throws ``RecordFault``.
    init?(envelope bytes: [UInt8], tag: Tag, keys: [PublicKey]) throws(RecordFault) {
        let envelope: Envelope
        do {
            envelope = try Envelope(bytes: bytes)
        } catch { throw RecordFault(.malformed, error.message) }
        payload = try envelope.verifiedPayload(keys)
        guard RecordName.hash(payload) == RecordName.hash(of: tag) else { return nil }
    }

    /// Whether it names one of these digests, given by their hashes.
    func names(_ hashes: [[UInt8]]) -> Bool {
        payload.withUnsafeBytes { all in
            hashes.contains { cn_holds(all.baseAddress, all.count, $0, $0.count) == 1 }
        }
    }

    /// The hashes of all digests that it could name, whatever looks like one, with commas between them.
    var hashes: String {
        var seen: Set<ArraySlice<UInt8>> = []
        let found = payload.split { byte in
            !((0x30...0x39).contains(byte) || (0x61...0x66).contains(byte))
        }
        .filter { $0.count >= Digest.Algorithm.sha256.hexCount && seen.insert($0).inserted }
        return String(decoding: Array(found.joined(separator: [UInt8(ascii: ",")])), as: UTF8.self)
    }
}
