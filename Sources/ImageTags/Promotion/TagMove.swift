public import OCIRegistry

/// One tag on its way from what it names to what it is to name.
public struct TagMove: Sendable, Hashable {
    /// The tag.
    public var tag: Tag
    /// What it names now; nil where there is no such tag.
    public var before: Digest?
    /// What it is to name.
    public var after: Digest

    /// A move.
    public init(_ tag: Tag, from before: Digest?, to after: Digest) {
        self.tag = tag
        self.before = before
        self.after = after
    }

    /// Whether nothing has to be written.
    public var isDone: Bool { before == after }
}

/// Several tags that move to one digest together or not at all.
public struct MovePlan: Sendable, Hashable {
    /// What they are to name.
    public let target: Digest
    /// Every tag, in the order in which it is written.
    public let moves: [TagMove]

    /// The plan for tags that name `before` now; each tag once, in the order given.
    public init(_ tags: [Tag], to target: Digest, before: [Tag: Digest]) {
        self.target = target
        var seen: Set<Tag> = []
        moves = tags.filter { seen.insert($0).inserted }.map {
            TagMove($0, from: before[$0], to: target)
        }
    }

    /// The moves that write something.
    public var writes: [TagMove] { moves.filter { !$0.isDone } }

    /// The digests that a tag leaves. A registry whose tags own their manifests drops them unless they
    /// are held otherwise.
    public var left: [Digest] {
        var seen: Set<Digest> = []
        return writes.compactMap(\.before).filter { seen.insert($0).inserted }
    }
}
