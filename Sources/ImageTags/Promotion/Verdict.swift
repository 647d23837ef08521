public import OCIRegistry

/// How a move of several tags ended. There is no other way.
public enum Verdict: String, Sendable, Hashable, Codable {
    /// Every tag was read back as the target.
    case committed
    /// Every tag was read back as what it was before.
    case rolledBack = "rolled back"
    /// Some tag is neither: somebody else wrote, or the registry let nothing be put right.
    case conflicted

    /// Judges what was read back. Tags that could not be read are not among `observed`.
    public init(_ plan: MovePlan, observed: [Tag: Digest?]) {
        func all(_ wanted: (TagMove) -> Digest?) -> Bool {
            plan.moves.allSatisfy { move in
                observed[move.tag].map { $0 == wanted(move) } ?? false
            }
        }
        self =
            if all(\.after) { .committed } else if all(\.before) { .rolledBack } else {
                .conflicted
            }
    }
}

/// What puts a tag back to where it was.
public enum Restoration: Sendable, Hashable, CustomStringConvertible {
    /// It is pointed at what it named before.
    case point(Tag, at: Digest)
    /// It is deleted, as there was none.
    case delete(Tag)

    /// The tag.
    public var tag: Tag {
        switch self {
        case .point(let tag, _), .delete(let tag): tag
        }
    }

    /// What it does, for people.
    public var description: String {
        switch self {
        case .point(let tag, let digest): "tag \(tag), put back to \(digest)"
        case .delete(let tag): "tag \(tag), taken away again"
        }
    }

    /// What undoes writes, the last one first.
    ///
    /// A tag is touched only while it names what was written: whatever somebody else has written
    /// meanwhile is theirs.
    ///
    /// - Parameters:
    ///   - written: the moves that were tried, in their order. A tag that was never tried and names the
    ///     target is somebody else's write.
    ///   - observed: what each tag names now; nil values for tags that are not there. A tag that is
    ///     missing here could not be read, and is left alone.
    public static func of(_ written: [TagMove], observed: [Tag: Digest?]) -> [Restoration] {
        written.reversed().compactMap { move in
            guard !move.isDone, let now = observed[move.tag], now == move.after else { return nil }
            return move.before.map { .point(move.tag, at: $0) } ?? .delete(move.tag)
        }
    }
}
