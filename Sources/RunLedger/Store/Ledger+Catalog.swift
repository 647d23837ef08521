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
    /// How many records are asked for at a time, as far as the transport lets a host have so many: with a
    /// registry 20 ms away, 20,000 records wait for little more than three seconds.
    public static let parallel = 128
    /// How many records are at work at a time: as many as are asked for are checked meanwhile, so that
    /// neither the registry nor this machine waits for the other.
    private static let atWork = 2 * parallel

    /// What the ledger holds; of an index, what it knows already, and the index is brought up to date.
    /// Where digests are given, only records that name one of them are in it, and only these are read to the
    /// end: of the others the signature is checked.
    ///
    /// Throws ``OCIError``.
    public func catalog(
        _ index: inout LedgerIndex?, naming digests: Set<Digest>? = nil
    ) async throws -> LedgerCatalog {
        let tags = try await tags()
        let hashes = digests?.map { Array($0.hex.utf8) }
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
                guard let place = places[tag.description],
                    let entry = known.entry(place, naming: hashes)
                else {
                    missing.append(tag)
                    continue
                }
                held.append(place)
                if case .row(let row) = entry { catalog.rows.append(row) }
            }
            if held.count != lines.count { kept = held }
        } else {
            missing = tags
        }
        let fresh = try await read(missing, naming: hashes)
        index?.update(keeping: kept, adding: fresh.entries)
        catalog.rows += fresh.entries.compactMap { entry in
            guard case .row(let row) = entry else { return nil }
            guard let digests else { return row }
            let isNamed =
                row.used(digests) || row.published.contains { digests.contains($0.digest) }
            return isNamed ? row : nil
        }
        catalog.rows.sort { ($0.started, $0.tag) < ($1.started, $1.tag) }
        catalog.problems = fresh.problems.sorted { $0.tag < $1.tag }
        catalog.read = missing.count
        return catalog
    }

    /// Reads records, many at a time.
    private func read(
        _ tags: [Tag], naming hashes: [[UInt8]]?
    ) async throws -> (entries: [LedgerIndex.Entry], problems: [LedgerCatalog.Problem]) {
        var (entries, problems): ([LedgerIndex.Entry], [LedgerCatalog.Problem]) = ([], [])
        try await each(tags) { (tag) -> LedgerIndex.Entry? in
            guard let (bytes, _) = try await envelope(tag) else { return nil }
            if let hashes, let sealed = try SealedRecord(envelope: bytes, tag: tag, keys: keys),
                !sealed.names(hashes)
            {
                return LedgerIndex.Entry.sealed(tag, sealed.hashes)
            }
            return .row(
                LedgerRow(try SignedRecord(bytes: bytes, tag: tag, ledger: name, keys: keys)))
        } take: { tag, result in
            switch result {
            case .success(let entry): entries.append(entry)
            case .failure(let fault): problems.append(.init(tag: tag, fault: fault))
            }
        }
        return (entries, problems)
    }

    /// Reads records, many at a time, and hands over each that is still there.
    ///
    /// Throws ``OCIError``, and what `take` throws.
    public func each(
        _ tags: [Tag], _ take: (Tag, Result<Entry, RecordFault>) throws -> Void
    ) async throws { try await each(tags, read: { try await entry($0) }, take: take) }

    private func each<Found: Sendable>(
        _ tags: [Tag], read: @escaping @Sendable (Tag) async throws -> Found?,
        take: (Tag, Result<Found, RecordFault>) throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: (Tag, Result<Found, RecordFault>)?.self) { group in
            var waiting = tags.makeIterator()
            func next() -> Bool {
                guard let tag = waiting.next() else { return false }
                group.addTask {
                    do {
                        return try await read(tag).map { (tag, .success($0)) }
                    } catch let fault as RecordFault {
                        return (tag, .failure(fault))
                    }
                }
                return true
            }
            for _ in 0..<Self.atWork where !next() { break }
            while let done = try await group.next() {
                if let (tag, result) = done { try take(tag, result) }
                _ = next()
            }
        }
    }
}
