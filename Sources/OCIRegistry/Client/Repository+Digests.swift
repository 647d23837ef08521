import Synchronization

extension Repository {
    /// The digest behind each of many tags, eight requests at a time; a tag that is gone is left
    /// out.
    public func digests(of tags: [Tag]) async throws -> [Tag: Digest] {
        let found = Mutex<[Tag: Digest]>([:])
        try await forEach(tags, parallel: 8) { tag in
            if let digest = try await digest(tag.description) {
                found.withLock { $0[tag] = digest }
            }
        }
        return found.withLock { $0 }
    }
}
