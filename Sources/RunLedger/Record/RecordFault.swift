/// Why a record is not believed.
public struct RecordFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What sort of fault it is.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// It is no envelope, or its payload no statement of a run.
        case malformed
        /// It is signed as something else than a statement.
        case payloadType = "payload-type"
        /// No signature by a key that is trusted here.
        case unknownKey = "unknown-key"
        /// The signature is not of this content.
        case signature
        /// It was made for another ledger.
        case elsewhere
        /// It stands under a tag that is not its own.
        case name
        /// It goes on from a record that is not there, or is another one.
        case chain
        /// An earlier export of the ledger has it, and it is there no more or says otherwise.
        case gone
        /// Its evidence is not good enough, or contradicts itself.
        case grade
    }

    /// What sort of fault it is.
    public var kind: Kind
    /// What is wrong, as a clause about the record.
    public var message: String

    /// A fault.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
