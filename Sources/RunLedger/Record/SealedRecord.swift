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
        var seen: Set<String> = []
        var found: [String] = []
        var start = 0
        for (place, byte) in (payload + [0]).enumerated() {
            switch byte {
            case 0x30...0x39, 0x61...0x66: continue
            default: break
            }
            if place - start >= Digest.Algorithm.sha256.hexCount {
                let hash = String(decoding: payload[start..<place], as: UTF8.self)
                if seen.insert(hash).inserted { found.append(hash) }
            }
            start = place + 1
        }
        return found.joined(separator: ",")
    }
}
