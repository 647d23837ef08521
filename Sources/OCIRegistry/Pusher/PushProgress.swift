/// What happens to one blob of a push, for whoever shows it.
public enum PushProgress: Sendable {
    /// What became of a blob.
    public enum Outcome: String, Sendable, Encodable {
        /// It was sent.
        case uploaded
        /// The repository had it already.
        case existing
        /// The registry took it over from another of its repositories.
        case mounted
    }

    /// Work on a blob begins. The total is in source bytes, nil where it is not known.
    case began(Digest, label: String, total: Int64?)
    /// So many more source bytes were taken in.
    case advanced(Digest, bytes: Int)
    /// A try failed and what it did is undone.
    case reset(Digest)
    /// Work on a blob is done.
    case ended(Digest, Outcome, size: Int64)
    /// A manifest was stored, or a tag moved.
    case stored(String)

    /// Takes reports; called from any thread.
    public typealias Sink = @Sendable (PushProgress) -> Void
}
