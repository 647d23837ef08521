public import OCIRegistry

/// What a ledger holds: the records that are to be believed, and those that are not.
public struct LedgerCatalog: Sendable {
    /// A record that is not to be believed.
    public struct Problem: Sendable, Hashable {
        /// Its tag.
        public var tag: Tag
        /// What is wrong with it.
        public var fault: RecordFault
    }

    /// The records, the oldest first.
    public var rows: [LedgerRow] = []
    /// What stands under a record's tag and is none.
    public var problems: [Problem] = []
    /// How many records were read from the registry.
    public var read = 0
}

extension Ledger {
    /// How many records are read at a time, as far as the transport lets a host have so many: with a
    /// registry 20 ms away, 20,000 records wait for little more than three seconds.
    public static let parallel = 128

    /// What the ledger holds; of an index, what it knows already, and the index is brought up to date.
    /// Where digests are given, only records that name one of them are in it.
    ///
    /// Throws ``OCIError``.
    public func catalog(
        _ index: inout LedgerIndex?, naming digests: Set<Digest>? = nil
    ) async throws -> LedgerCatalog {
        let tags = try await tags()
        let needles = digests?.map { Array("\($0)".utf8) }
        var catalog = LedgerCatalog()
        var missing: [Tag] = []
        var kept: [Range<Int>]?
        if let known = index {
            let lines = known.lines()
            var places: [String: Range<Int>] = [:]
            places.reserveCapacity(lines.count)
            for line in lines { places[line.tag] = line.place }
            var held: [Range<Int>] = []
            for tag in tags {
                guard let place = places[tag.description] else {
                    missing.append(tag)
                    continue
                }
                held.append(place)
                if let row = known.row(place, holding: needles) { catalog.rows.append(row) }
            }
            if held.count != lines.count { kept = held }
        } else {
            missing = tags
        }
        let (fresh, problems) = try await read(missing)
        index?.update(keeping: kept, adding: fresh)
        catalog.rows += fresh.filter { row in
            guard let digests else { return true }
            return row.used(digests) || row.published.contains { digests.contains($0.digest) }
        }
        catalog.rows.sort { ($0.started, $0.tag) < ($1.started, $1.tag) }
        catalog.problems = problems.sorted { $0.tag < $1.tag }
        catalog.read = missing.count
        return catalog
    }

    /// Reads records, many at a time.
    private func read(_ tags: [Tag]) async throws -> ([LedgerRow], [LedgerCatalog.Problem]) {
        var (rows, problems): ([LedgerRow], [LedgerCatalog.Problem]) = ([], [])
        try await each(tags) { tag, result in
            switch result {
            case .success(let entry): rows.append(LedgerRow(entry.signed))
            case .failure(let fault): problems.append(.init(tag: tag, fault: fault))
            }
        }
        return (rows, problems)
    }

    /// Reads records, many at a time, and hands over each that is still there.
    ///
    /// Throws ``OCIError``, and what `take` throws.
    public func each(
        _ tags: [Tag], _ take: (Tag, Result<Entry, RecordFault>) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Tag, Result<Entry, RecordFault>)?.self) { group in
            var waiting = tags.makeIterator()
            func next() -> Bool {
                guard let tag = waiting.next() else { return false }
                group.addTask {
                    do {
                        return try await entry(tag).map { (tag, .success($0)) }
                    } catch let fault as RecordFault {
                        return (tag, .failure(fault))
                    }
                }
                return true
            }
            for _ in 0..<Self.parallel where !next() { break }
            while let done = try await group.next() {
                if let (tag, result) = done { try take(tag, result) }
                _ = next()
            }
        }
    }
}
