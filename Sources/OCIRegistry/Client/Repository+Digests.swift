import Synchronization

extension Repository {
    /// The digest behind each of many tags, `parallel` requests at a time; a tag that is gone is left
    /// out.
    public func digests(of tags: [Tag], parallel: Int = 8) async throws -> [Tag: Digest] {
        let found = Mutex<[Tag: Digest]>([:])
        try await forEach(tags, parallel: parallel) { tag in
            if let digest = try await digest(tag.description) {
                found.withLock { $0[tag] = digest }
            }
        }
        return found.withLock { $0 }
    }
}
