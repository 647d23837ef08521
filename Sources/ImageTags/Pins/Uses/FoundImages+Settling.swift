extension FoundImages {
    /// Adds the uses that candidates come to.
    mutating func settle(_ settlement: PinSettlement, in bytes: [UInt8]) {
        var settlement = settlement
        guard !settlement.candidates.isEmpty else { return }
        let lines = LineTable(bytes)
        for (index, candidate) in settlement.candidates.enumerated() {
            let (line, column) = lines.position(of: candidate.range.lowerBound)
            let (outcome, inert) = settlement.outcome(index)
            uses.append(
                ImageUse(
                    path: settlement.paths[0], kind: candidate.kind, range: candidate.range,
                    line: line, column: column,
                    written: String(decoding: bytes[candidate.range], as: UTF8.self),
                    platform: candidate.platform, outcome: outcome, inertVariables: inert))
        }
        uses.sort { $0.range.lowerBound < $1.range.lowerBound }
        // An alias gives what it stands for once more.
        var distinct: [ImageUse] = []
        distinct.reserveCapacity(uses.count)
        for use in uses where distinct.last != use { distinct.append(use) }
        uses = distinct
    }
}
