/// Puts a finished manifest in place: by digest first, which is read back before any tag moves;
/// then under each tag, each read back too. What has the digest already is not written.
struct TagWriter: Sendable {
    let target: any ContentTarget
    let progress: PushProgress.Sink

    /// Stores a manifest by digest, unless it is there.
    func store(_ manifest: Manifest) async throws {
        if try await target.digest("\(manifest.digest)") == nil { try await write(manifest) }
    }

    /// Stores a manifest and reads it back, then points tags at it in their order and reads back
    /// each.
    ///
    /// Throws ``OCIError`` (bad data) when what is read back is not what was written.
    func publish(_ manifest: Manifest, tags: [Tag]) async throws -> [PushReport.TagResult] {
        let digest = "\(manifest.digest)"
        let names = tags.map(\.description)
        let before = try await each([digest] + names) { try await target.digest($0) }
        if before[0] == nil { try await write(manifest) }
        let moving = zip(tags, before.dropFirst()).filter { $1 != manifest.digest }.map(\.0)
        // What the registry does not give back gets no tag.
        if !moving.isEmpty { try await readBack(manifest, as: [digest]) }
        for tag in moving {
            try await target.put(manifest, tag: tag)
            progress(.stored("tag \(tag)"))
        }
        try await readBack(manifest, as: moving.isEmpty ? [digest] + names : names)
        return zip(tags, before.dropFirst()).map { tag, known in
            PushReport.TagResult(tag: tag.description, before: known, after: manifest.digest)
        }
    }

    private func readBack(_ manifest: Manifest, as selectors: [String]) async throws {
        let found = try await each(selectors) { try await target.manifest($0) }
        for (selector, found) in zip(selectors, found) where found?.bytes != manifest.bytes {
            throw OCIError(
                .badData,
                "\(selector) reads back as \(found.map { "\($0.digest)" } ?? "nothing") after "
                    + "\(manifest.digest) was stored",
                subject: target.place,
                advice: "someone else wrote at the same moment, or the registry does not keep "
                    + "what it accepts: look at it before you push again")
        }
    }

    private func write(_ manifest: Manifest) async throws {
        try await target.put(manifest, tag: nil)
        progress(.stored("manifest \(manifest.digest)"))
    }

    /// Asks about many at a time; the answers stand in the order of the questions.
    private func each<T: Sendable>(
        _ selectors: [String], _ ask: @escaping @Sendable (String) async throws -> T
    ) async throws -> [T] {
        try await withThrowingTaskGroup(of: (Int, T).self) { group in
            for (index, selector) in selectors.enumerated() {
                group.addTask { (index, try await ask(selector)) }
            }
            return try await group.reduce(into: [(Int, T)]()) { $0.append($1) }
                .sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
