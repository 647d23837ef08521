/// Which of two publishes is the newer, as far as it can be told.
public enum Precedence: Sendable, Hashable {
    /// The one that wants to move the alias.
    case newer
    /// The one that holds it.
    case older
    /// Nobody can tell.
    case unknown

    /// By the versions of both; what is no version can be replaced by one.
    public init(candidate: Version, holder: Version?) {
        guard let holder, holder.scheme == candidate.scheme else {
            self = .unknown
            return
        }
        self = candidate < holder ? .older : .newer
    }
}
