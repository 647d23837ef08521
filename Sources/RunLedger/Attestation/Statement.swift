import OCIRegistry

/// A statement about artifacts, whose predicate is how they came to be. in-toto attestation v1,
/// statement.md.
public struct Statement: Sendable, Hashable, Codable {
    /// The type of all statements.
    public static let statementType = "https://in-toto.io/Statement/v1"
    /// The type of SLSA's provenance.
    public static let provenanceType = "https://slsa.dev/provenance/v1"

    /// ``statementType``.
    public var type = Statement.statementType
    /// What it is about; never empty.
    public var subject: [ResourceDescriptor]
    /// ``provenanceType``.
    public var predicateType = Statement.provenanceType
    /// How that came to be.
    public var predicate: Provenance

    enum CodingKeys: String, CodingKey {
        case type = "_type"
        case subject, predicateType, predicate
    }

    /// A statement about how these came to be.
    public init(subject: [ResourceDescriptor], predicate: Provenance) {
        self.subject = subject
        self.predicate = predicate
    }

    /// Its bytes, the same for the same statement.
    public var bytes: [UInt8] { JSON.encode(self) }
}
