/// A part of a ``YAMLTree``. What is asked of an alias is answered by what it stands for.
public struct YAMLPart: Sendable {
    let tree: YAMLTree
    let index: Int

    /// A key with its value.
    public struct Member: Sendable {
        /// The key.
        public var key: YAMLPart
        /// The value.
        public var value: YAMLPart
    }

    /// Mappings that may be merged into one.
    static let mergeLimit = 256

    private var target: YAMLTree.Part {
        let part = tree.parts[index]
        return part.kind == .alias ? tree.parts[part.other] : part
    }

    private var targetIndex: Int {
        let part = tree.parts[index]
        return part.kind == .alias ? part.other : index
    }

    /// Whether there are keys and values here.
    public var isMapping: Bool { target.kind == .mapping }
    /// Whether there are entries here.
    public var isList: Bool { target.kind == .list }
    /// The byte of the file at which it starts; for an alias, at which what it stands for does.
    public var start: Int { target.range.lowerBound }

    /// The text; nil for a list or mapping.
    public var scalar: YAMLScalar? {
        let part = target
        guard part.kind == .scalar else { return nil }
        return YAMLScalar(
            text: part.isVerbatim
                ? String(decoding: tree.bytes[part.range], as: UTF8.self) : tree.texts[part.other],
            style: part.style, range: part.range, isVerbatim: part.isVerbatim)
    }

    /// Whether it is this text.
    public func isText(_ text: StaticString) -> Bool {
        let part = target
        guard part.kind == .scalar else { return false }
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return part.isVerbatim
            ? tree.bytes[part.range].elementsEqual(wanted)
            : tree.texts[part.other].utf8.elementsEqual(wanted)
    }

    /// The entries in order; none where it is no list.
    public var items: [YAMLPart] {
        guard isList else { return [] }
        return children.map { YAMLPart(tree: tree, index: $0) }
    }

    /// The keys and values in order, then those of the mappings that `<<` merges in and that have no
    /// key of the same text before them; none where it is no mapping. A key that is there twice is
    /// given twice.
    public var members: [Member] {
        var members: [Member] = []
        var merged: [YAMLPart] = []
        for member in ownMembers {
            if member.key.isText("<<") {
                merged.append(member.value)
            } else {
                members.append(member)
            }
        }
        guard !merged.isEmpty else { return members }
        var known = Set(members.compactMap { $0.key.scalar?.text })
        var visited: Set<Int> = [targetIndex]
        while let part = merged.first, visited.count < Self.mergeLimit {
            merged.removeFirst()
            guard visited.insert(part.targetIndex).inserted else { continue }
            if part.isList {
                merged.insert(contentsOf: part.items, at: 0)
                continue
            }
            var own: [Member] = []
            var nested: [YAMLPart] = []
            for member in part.ownMembers {
                if member.key.isText("<<") {
                    nested.append(member.value)
                } else if let key = member.key.scalar?.text, !known.contains(key) {
                    own.append(member)
                }
            }
            known.formUnion(own.compactMap { $0.key.scalar?.text })
            members += own
            merged.insert(contentsOf: nested, at: 0)
        }
        return members
    }

    /// The keys and values that stand here, merging nothing.
    public var ownMembers: [Member] {
        guard isMapping else { return [] }
        var members: [Member] = []
        var key: Int?
        for child in children {
            if let known = key {
                members.append(
                    Member(
                        key: YAMLPart(tree: tree, index: known),
                        value: YAMLPart(tree: tree, index: child)))
                key = nil
            } else {
                key = child
            }
        }
        return members
    }

    /// The first value of a key, merged in ones too.
    public subscript(key: StaticString) -> YAMLPart? {
        guard isMapping else { return nil }
        return members.first { $0.key.isText(key) }?.value
    }

    private var children: [Int] {
        let end = target.end
        var children: [Int] = []
        var next = targetIndex + 1
        while next < end {
            children.append(next)
            next = tree.parts[next].end
        }
        return children
    }
}
