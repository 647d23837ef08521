public import OCIRegistry

/// Decides how uses of images stand and what is to be written, from what is known of the images.
public struct PinPlan: Sendable {
    /// What is to be done.
    public enum Mode: Sendable, Hashable {
        /// Digests are added where there are none.
        case add
        /// Digests are added, and those that are there are moved to what the tag is now.
        case update
        /// Nothing is written.
        case check
        /// Nothing is written, and what is known comes from a lockfile.
        case locked
    }

    /// What is to be done.
    public var mode: Mode
    /// Asks for the digest of this platform's image, in place of the index's.
    public var platform: Platform?

    /// A plan.
    public init(_ mode: Mode, platform: Platform? = nil) {
        self.mode = mode
        self.platform = platform
    }

    /// What is yet to be asked of registries, each once, by tag or by digest. To be called again with
    /// the answers until nothing is left: a pin is asked after only where it is not what its tag is.
    public func questions(_ uses: some Sequence<ImageUse>, _ facts: ImageFacts) -> Set<Reference> {
        guard mode != .locked else { return [] }
        var questions: Set<Reference> = []
        for use in uses {
            guard let reference = use.reference else { continue }
            let pin = reference.asDigest
            guard let tag = mode == .add && pin != nil ? nil : reference.asTag else {
                if let pin, facts.states[pin] == nil { questions.insert(pin) }
                continue
            }
            guard let state = facts.states[tag] else {
                questions.insert(tag)
                continue
            }
            if let pin, facts.states[pin] == nil, !covers(state, reference.digest) {
                questions.insert(pin)
            }
        }
        return questions
    }

    /// Whether a tag's state says all about a pin.
    private func covers(_ state: ImageState, _ pin: Digest?) -> Bool {
        switch state {
        case .index(let digest, let platforms):
            digest == pin || platforms.values.contains { $0 == pin }
        case .image(let digest, _): digest == pin
        case .missing: false
        case .unknown: true
        }
    }

    /// How each use stands, in the same order.
    public func findings(_ uses: some Sequence<ImageUse>, _ facts: ImageFacts) -> [PinFinding] {
        var findings = uses.map { finding($0, facts) }
        // A place that several share can have one digest only.
        var wanted: [PinSpot: Set<Digest>] = [:]
        for finding in findings {
            if let spot = finding.use.spot, let digest = finding.digest {
                wanted[spot, default: []].insert(digest)
            }
        }
        for (index, finding) in findings.enumerated() {
            guard let spot = finding.use.spot, wanted[spot, default: []].count > 1 else { continue }
            findings[index].verdict = .conflict
            findings[index].edit = nil
            findings[index].digest = finding.use.reference?.digest
        }
        return findings
    }

    private func finding(_ use: ImageUse, _ facts: ImageFacts) -> PinFinding {
        switch use.outcome {
        case .skipped(let reason): return PinFinding(use: use, verdict: .skipped(reason))
        case .reference(let reference, let spot):
            let (verdict, wanted) = judge(reference, facts)
            var finding = PinFinding(use: use, verdict: verdict, digest: reference.digest)
            let isWritten =
                switch mode {
                case .check, .locked: false
                case .add: reference.digest == nil
                case .update: true
                }
            if isWritten, let wanted, wanted != reference.digest {
                finding.edit = PinEdit(wanted, at: spot)
                finding.digest = wanted
            }
            return finding
        }
    }

    /// How an image stands, and the digest that it should have.
    private func judge(_ reference: Reference, _ facts: ImageFacts) -> (PinVerdict, Digest?) {
        let pinned = reference.asDigest.flatMap { facts.states[$0] }
        let none: PinVerdict =
            mode == .locked ? .notLocked : .unresolved("the registry was not asked")
        // Adding leaves pins alone, whatever their tags are by now.
        let isLeft = mode == .add && reference.digest != nil
        guard !isLeft, let tag = reference.asTag, let state = facts.states[tag] else {
            guard let pin = reference.digest else { return (none, nil) }
            switch pinned {
            case nil: return (none, pin)
            case .missing: return (.dead, nil)
            case .unknown(let reason): return (.unresolved(reason), pin)
            case .index, .image: return (held(reference, facts), pin)
            }
        }
        guard let current = state.digest else {
            if case .unknown(let reason) = state { return (.unresolved(reason), nil) }
            return (pinned == .missing ? .dead : .missing, nil)
        }
        guard let wanted = state.digest(for: platform) else {
            return (platform.map(PinVerdict.noPlatform) ?? .missing, nil)
        }
        guard let pin = reference.digest else { return (.unpinned(wanted), wanted) }
        if pin == wanted { return (held(reference, facts), wanted) }
        if pin == current { return (.indexDigest(platform: wanted), wanted) }
        if case .index(let index, let platforms) = state, platform == nil {
            if let one = platforms.first(where: { $0.value == pin }) {
                return (.platformDigest(one.key, index: index), wanted)
            }
            if case .image(_, let one) = pinned {
                return (.platformDigest(one, index: index), wanted)
            }
        }
        switch pinned {
        case .missing: return (.dead, wanted)
        case .unknown(let reason): return (.unresolved(reason), wanted)
        case .index, .image, nil: return (.stale(wanted), wanted)
        }
    }

    /// Whether anything holds a pin that does not move.
    private func held(_ reference: Reference, _ facts: ImageFacts) -> PinVerdict {
        guard let pin = reference.asDigest, let tags = facts.holders[pin],
            tags.allSatisfy({ facts.rolling.contains(reference.with(tag: $0)) })
        else { return .right }
        return .rollingOnly(tags.sorted())
    }
}
