/// Puts a finished manifest in place: by digest first, then under each tag, then reads every one
/// back. A tag that has the digest already is not written.
struct TagWriter {
    let target: any ContentTarget
    let progress: PushProgress.Sink

    /// Stores a manifest by digest, unless it is there.
    func store(_ manifest: Manifest) async throws {
        guard try await target.digest(manifest.digest.description) == nil else { return }
        try await target.put(manifest, tag: nil)
        progress(.stored("manifest \(manifest.digest)"))
    }

    /// Points tags at a stored manifest and reads back each tag and the digest.
    ///
    /// Throws ``OCIError`` (bad data) when what is read back is not what was written.
    func point(_ tags: [Tag], at manifest: Manifest) async throws -> [PushReport.TagResult] {
        var before: [Tag: Digest] = [:]
        for tag in tags {
            before[tag] = try await target.digest(tag.description)
            if before[tag] != manifest.digest {
                try await target.put(manifest, tag: tag)
                progress(.stored("tag \(tag)"))
            }
        }
        for selector in [manifest.digest.description] + tags.map(\.description) {
            let found = try await target.manifest(selector)
            guard found?.bytes == manifest.bytes else {
                throw OCIError(
                    .badData,
                    "\(selector) reads back as \(found.map { "\($0.digest)" } ?? "nothing") after "
                        + "\(manifest.digest) was stored",
                    advice: "someone else wrote at the same moment, or the registry does not keep "
                        + "what it accepts: look at it before you push again")
            }
        }
        return tags.map {
            PushReport.TagResult(
                tag: $0.description, before: before[$0], after: manifest.digest)
        }
    }
}
