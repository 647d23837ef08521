import OCIRegistry

/// A use of an image before it is known where its digest goes.
struct ImageCandidate {
    var kind: ImageUse.Kind
    /// The bytes of the file that say which image.
    var range: Range<Int>
    var platform: Platform?
    /// What it comes to; for what is skipped anyway, whatever is known.
    var expansion: Expansion
    /// Why it is passed over, where that is known already.
    var skip: SkipReason?

    /// The image, or why there is none.
    var reading: Result<Reference, SkipReason> {
        if let skip { return .failure(skip) }
        if let unknown = expansion.unknown { return .failure(.unknownExpansion(unknown)) }
        if !expansion.missing.isEmpty { return .failure(.noValue(expansion.missing)) }
        let text = expansion.text
        if text.bytes.isEmpty { return .failure(.notAReference("no image is named here")) }
        if text.bytes.count > 1024 { return .failure(.notAReference("too long for an image")) }
        do throws(OCIError) {
            return .success(try Reference(parsing: text.string))
        } catch {
            return .failure(.notAReference(error.message))
        }
    }

    /// The bytes of its digest within what it comes to.
    var digest: Range<Int>? {
        guard let at = expansion.text.bytes.firstIndex(of: UInt8(ascii: "@")) else { return nil }
        return at + 1..<expansion.text.bytes.count
    }
}

extension SkipReason: Error {}

/// Decides, for all uses of images in a file, where their digests stand or go.
///
/// The place is as far in as is right: in a variable's value where that is right for every use of the
/// variable, so that giving it another value still changes the image; else after the text itself, where
/// Docker no longer looks at the variable.
struct PinSettlement {
    let candidates: [ImageCandidate]
    /// The files by their place's source; the first is the one with the uses.
    let paths: [String]
    /// Variables that have other readers than images: a part of an image's name may not be pinned there.
    let shared: Set<Int>
    /// The values of the variables.
    let values: [Int: TracedText]
    private let readings: [Result<Reference, SkipReason>]
    private let users: [Int: [Int]]
    /// The image that all users of a variable mean, where it ends for all of them at one place.
    private var agreed: [Expansion.End: Reference?] = [:]

    init(
        _ candidates: [ImageCandidate], paths: [String], shared: Set<Int> = [],
        variables: some Sequence<Variable>
    ) {
        self.candidates = candidates
        self.paths = paths
        self.shared = shared
        var values: [Int: TracedText] = [:]
        for variable in variables { values[variable.id] = variable.value?.text }
        self.values = values
        readings = candidates.map(\.reading)
        var users: [Int: [Int]] = [:]
        for (index, candidate) in candidates.enumerated() {
            for variable in candidate.expansion.variables {
                users[variable, default: []].append(index)
            }
        }
        self.users = users
    }

    /// What the use at an index comes to, and the variables that a pin makes inert.
    mutating func outcome(_ index: Int) -> (outcome: ImageUse.Outcome, inert: [String]) {
        let candidate = candidates[index]
        let text = candidate.expansion.text
        let reference: Reference
        switch readings[index] {
        case .failure(let reason): return (.skipped(reason), [])
        case .success(let found): reference = found
        }
        if let digest = candidate.digest {
            guard let span = text.span(digest) else { return (.skipped(.scatteredDigest), []) }
            let spot = PinSpot(path: paths[span.source], range: span.range)
            let isOwn = span.source == 0 && candidate.range.overlaps(span.range)
            return (.reference(reference, spot), isOwn ? candidate.expansion.names : [])
        }
        for end in candidate.expansion.ends.reversed() {
            if let owner = end.owner, !isRight(end, in: owner, for: index, reference) { continue }
            let spot = PinSpot(
                path: paths[end.place.source], range: end.place.offset..<end.place.offset)
            let isOwn =
                end.owner == nil && end == candidate.expansion.ends.first
            return (.reference(reference, spot), isOwn ? candidate.expansion.names : [])
        }
        return (.skipped(.escaped), [])
    }

    /// Whether a digest at the end of a variable's value is right for everything that reads it.
    private mutating func isRight(
        _ end: Expansion.End, in owner: Int, for index: Int, _ reference: Reference
    ) -> Bool {
        let isWhole = values[owner]?.bytes == candidates[index].expansion.text.bytes
        guard isWhole || (end.place.source == 0 && !shared.contains(owner)) else { return false }
        if let known = agreed[end] { return known == reference }
        let isAgreed = (users[owner] ?? []).allSatisfy { other in
            guard case .success(reference) = readings[other] else { return false }
            return candidates[other].expansion.ends.contains(end)
        }
        agreed[end] = .some(isAgreed ? reference : nil)
        return isAgreed
    }
}
