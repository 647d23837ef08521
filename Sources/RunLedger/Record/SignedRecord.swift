public import OCIRegistry

/// A record with its signature, whose name and content belong together.
public struct SignedRecord: Sendable, Hashable {
    /// What it says.
    public let record: RunRecord
    /// The tag under which it stands in the ledger.
    public let tag: Tag
    /// The statement's exact bytes.
    public let payload: [UInt8]
    /// The envelope's exact bytes.
    public let bytes: [UInt8]

    /// Signs a record.
    public init(_ record: RunRecord, with key: SigningKey) {
        self.record = record
        payload = record.statement.bytes
        tag = RecordName.tag(record.run, payload: payload)
        bytes = Envelope(signing: payload, with: key).bytes
    }

    /// Reads an envelope and believes it only where one of the keys has signed it for this ledger, and
    /// where it stands under its own tag; nil where it stands in a file, without one.
    ///
    /// Throws ``RecordFault``.
    public init(
        bytes: [UInt8], tag: Tag?, ledger: String?, keys: [PublicKey]
    ) throws(RecordFault) {
        let envelope: Envelope
        do {
            envelope = try Envelope(bytes: bytes)
        } catch { throw RecordFault(.malformed, error.message) }
        payload = try envelope.verifiedPayload(keys)
        record = try RunRecord(payload: payload)
        self.bytes = bytes
        if let ledger, record.ledger != ledger {
            throw RecordFault(.elsewhere, "it was made for the ledger \(record.ledger)")
        }
        let own = RecordName.tag(record.run, payload: payload)
        if let tag, tag != own, !record.identityTags.contains(tag) {
            throw RecordFault(.name, "it is the record \(own)")
        }
        self.tag = own
    }
}

extension RunRecord {
    /// The further tags that it stands under: one for each image with a baked identity.
    public var identityTags: [Tag] {
        published.compactMap { $0.identity.map(RecordName.tag(identity:)) }
    }
}
