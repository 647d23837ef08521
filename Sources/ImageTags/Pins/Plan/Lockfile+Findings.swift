import OCIRegistry

extension Lockfile {
    /// The lockfile of a whole tree, once the edits of its findings are made.
    ///
    /// Where uses of one tag have different pins, the tag's own digest is taken, so that a check names
    /// the others. What a registry could not be asked about stays as it was in `previous`.
    ///
    /// - Parameter now: the time as RFC 3339, for what has changed since `previous`.
    public init(
        _ findings: some Sequence<PinFinding>, _ facts: ImageFacts, previous: Lockfile, now: String
    ) {
        self.init()
        var groups: [Reference: [PinFinding]] = [:]
        for finding in findings {
            guard let reference = finding.use.reference,
                let key = reference.asTag ?? reference.asDigest
            else { continue }
            groups[key, default: []].append(finding)
        }
        for (key, group) in groups {
            let earlier = previous.images[key.description]
            guard let state = Self.state(key, group, facts, earlier), let digest = state.digest
            else {
                continue
            }
            var entry = Entry(
                digest: digest, platforms: Self.platforms(state), uses: [:], resolved: now)
            for finding in group {
                entry.uses[finding.use.path, default: []].append(finding.use.kind)
            }
            entry.uses = entry.uses.mapValues { Set($0).sorted() }
            if let earlier, earlier.digest == entry.digest, earlier.platforms == entry.platforms {
                entry.resolved = earlier.resolved
            }
            images[key.description] = entry
        }
    }

    private static func state(
        _ key: Reference, _ group: [PinFinding], _ facts: ImageFacts, _ earlier: Entry?
    ) -> ImageState? {
        let pins = Set(group.compactMap(\.digest))
        let current = facts.states[key]
        // The index of a platform's image stands for it.
        if case .index(let index, let platforms) = current,
            pins.contains(index) || platforms.values.contains(where: pins.contains)
        {
            return current
        }
        if let digest = current?.digest, pins.contains(digest) { return current }
        let known = pins.sorted().compactMap { pin -> ImageState? in
            if let state = facts.states[key.with(digest: pin)], state.digest != nil { return state }
            return earlier?.digest == pin ? earlier?.state : nil
        }
        if pins.count == 1, let only = known.first { return only }
        if current?.digest != nil { return current }
        return earlier?.state ?? known.first
    }

    private static func platforms(_ state: ImageState) -> [String: Digest] {
        switch state {
        case .index(_, let platforms):
            Dictionary(platforms.map { ($0.key.description, $0.value) }) { first, _ in first }
        case .image(let digest, let platform):
            platform.map { [$0.description: digest] } ?? [:]
        case .missing, .unknown: [:]
        }
    }
}
