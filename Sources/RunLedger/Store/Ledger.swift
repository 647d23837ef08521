public import OCIRegistry

/// The repository in which records stand, each under its own tag: no two writers ever write the same
/// thing, so none can lose another's.
public struct Ledger: Sendable {
    /// A record as it was read.
    public struct Entry: Sendable, Hashable {
        /// The record.
        public var signed: SignedRecord
        /// The digest of its manifest.
        public var digest: Digest
    }

    /// What became of a record that was to be stored.
    public struct Storage: Sendable, Hashable {
        /// The digest of its manifest.
        public var digest: Digest
        /// Whether it was there already.
        public var wasThere: Bool
    }

    /// The repository.
    public let repository: Repository
    /// Whose records are believed.
    public let keys: [PublicKey]

    /// Opens a ledger.
    public init(_ repository: Repository, keys: [PublicKey]) {
        self.repository = repository
        self.keys = keys
    }

    /// `HOST/REPOSITORY`, which every record in it names.
    public var name: String { repository.reference.name }

    /// Stores a record that is about `subject`, and reads it back. Where it is already, nothing is written.
    ///
    /// Throws ``OCIError``: bad data where what is read back is not what was written, or something else
    /// stands under the tag.
    public func store(_ signed: SignedRecord, subject: Descriptor?) async throws -> Storage {
        let artifact = try RecordArtifact(signed, subject: subject)
        async let hasEmpty = repository.hasBlob(Self.emptyDescriptor)
        let there = try await taken(signed.tag)
        if let there {
            guard there.signed.payload == signed.payload else {
                throw Self.occupied(signed.tag, name)
            }
            _ = try await hasEmpty
            return Storage(digest: there.digest, wasThere: true)
        }
        async let envelope: Void = upload(artifact.envelope, RecordArtifact.envelopeType)
        if try await !hasEmpty { try await upload(RecordArtifact.empty, RecordArtifact.emptyType) }
        try await envelope
        // Its own tag comes last: where that is there, all of it is.
        for tag in signed.record.identityTags where try await repository.digest("\(tag)") == nil {
            try await repository.put(artifact.manifest, tag: tag)
        }
        try await repository.put(artifact.manifest, tag: signed.tag)
        guard let found = try await taken(signed.tag), found.signed.payload == signed.payload else {
            throw OCIError(
                .badData, "the record does not read back as it was written",
                subject: "\(name):\(signed.tag)",
                advice:
                    "someone else wrote at the same moment, or the registry does not keep what it "
                    + "accepts: run it again")
        }
        return Storage(digest: found.digest, wasThere: false)
    }

    /// The record under a tag, believed; nil where there is none.
    ///
    /// Throws ``RecordFault`` where it is not to be believed, and ``OCIError``.
    public func entry(_ tag: Tag) async throws -> Entry? {
        guard let (bytes, manifest) = try await envelope(tag) else { return nil }
        return Entry(
            signed: try SignedRecord(bytes: bytes, tag: tag, ledger: name, keys: keys),
            digest: manifest)
    }

    /// The envelope under a tag, whoever has signed it, and the digest of its manifest; nil where there is
    /// none.
    ///
    /// Throws ``RecordFault`` where something else stands there, and ``OCIError``.
    func envelope(_ tag: Tag) async throws -> (bytes: [UInt8], manifest: Digest)? {
        guard let manifest = try await repository.manifest("\(tag)") else { return nil }
        var bytes = try RecordArtifact.envelope(in: manifest)
        if bytes == nil, let blob = RecordArtifact.blob(in: manifest) {
            bytes = try await repository.blob(blob, limit: Envelope.sizeLimit)
        }
        guard let bytes else { throw RecordFault(.malformed, "it has no envelope") }
        return (bytes, manifest.digest)
    }

    /// The tags of all records, in the registry's order; none where there is no repository.
    public func tags() async throws -> [Tag] {
        try await repository.tags()?.filter(RecordName.isRecord) ?? []
    }

    private func taken(_ tag: Tag) async throws -> Entry? {
        do {
            return try await entry(tag)
        } catch let fault as RecordFault {
            throw OCIError(
                .badData, "something stands there that is not to be believed: \(fault.message)",
                subject: "\(name):\(tag)",
                advice: "find out who wrote it; keys that are trusted are named by --public-key or "
                    + "publisher.yaml")
        }
    }

    private static func occupied(_ tag: Tag, _ name: String) -> OCIError {
        OCIError(
            .badData, "another record stands under this tag", subject: "\(name):\(tag)",
            advice: "find out who wrote it")
    }

    private func upload(_ bytes: [UInt8], _ type: MediaType) async throws {
        let descriptor = Descriptor(
            mediaType: type, digest: SHA2.digest(of: bytes), size: Int64(bytes.count))
        try await repository.upload(descriptor, from: BlobSource(bytes: bytes))
    }

    private static let emptyDescriptor = Descriptor(
        mediaType: RecordArtifact.emptyType, digest: SHA2.digest(of: RecordArtifact.empty), size: 2)
}
