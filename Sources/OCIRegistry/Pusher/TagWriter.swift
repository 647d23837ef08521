/// Puts a finished manifest in place: by digest first, then under each tag, then reads every one
/// back. What has the digest already is not written.
struct TagWriter: Sendable {
    let target: any ContentTarget
    let progress: PushProgress.Sink

    /// Stores a manifest by digest, unless it is there.
    func store(_ manifest: Manifest) async throws {
        if try await target.digest("\(manifest.digest)") == nil { try await write(manifest) }
    }

    /// Stores a manifest, points tags at it in their order, and reads back the digest and each
    /// tag.
    ///
    /// Throws ``OCIError`` (bad data) when what is read back is not what was written.
    func publish(_ manifest: Manifest, tags: [Tag]) async throws -> [PushReport.TagResult] {
        let selectors = ["\(manifest.digest)"] + tags.map(\.description)
        let before = try await each(selectors) { try await target.digest($0) }
        if before[0] == nil { try await write(manifest) }
        for (tag, known) in zip(tags, before.dropFirst()) where known != manifest.digest {
            try await target.put(manifest, tag: tag)
            progress(.stored("tag \(tag)"))
        }
        let after = try await each(selectors) { try await target.manifest($0) }
        for (selector, found) in zip(selectors, after) where found?.bytes != manifest.bytes {
            throw OCIError(
                .badData,
                "\(selector) reads back as \(found.map { "\($0.digest)" } ?? "nothing") after "
                    + "\(manifest.digest) was stored",
                advice: "someone else wrote at the same moment, or the registry does not keep "
                    + "what it accepts: look at it before you push again")
        }
        return zip(tags, before.dropFirst()).map { tag, known in
            PushReport.TagResult(tag: tag.description, before: known, after: manifest.digest)
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
