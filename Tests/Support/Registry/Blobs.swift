import Synchronization

extension RegistryCore {
    /// Reads a blob, whole or from a `Range`.
    func blob(_ request: RegistryRequest, _ repository: String, _ digest: String) -> Response {
        let found = state.withLock { state in
            state.repositories[repository]?.blobs.contains(digest) == true
                ? state.blobs[digest] : nil
        }
        guard let found else { return error(404, "BLOB_UNKNOWN", "blob unknown to registry") }
        var headers = contentDigest(digest)
        headers["Content-Type"] = "application/octet-stream"
        guard !quirks.ignoresRange, let range = request.head.headers["Range"] else {
            return Response(200, headers: headers, body: found)
        }
        headers["Accept-Ranges"] = "bytes"
        guard let bounds = byteRange(range, count: found.count) else {
            return error(
                416, "UNSUPPORTED", "range not satisfiable",
                headers: ["Content-Range": "bytes */\(found.count)"])
        }
        let last = bounds.upperBound - 1
        headers["Content-Range"] = "bytes \(bounds.lowerBound)-\(last)/\(found.count)"
        return Response(206, headers: headers, body: Array(found[bounds]))
    }

    /// Takes a blob out of one repository.
    func deleteBlob(_ repository: String, _ digest: String) -> Response {
        guard !quirks.refusesDelete else { return error(405, "UNSUPPORTED", "delete is off") }
        let removed = state.withLock { $0.repositories[repository]?.blobs.remove(digest) }
        guard removed != nil else {
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        }
        return Response(202)
    }

    /// The digest header, unless the registry does not send it.
    func contentDigest(_ digest: String) -> HeaderFields {
        quirks.omitsContentDigest ? [:] : ["Docker-Content-Digest": digest]
    }

    /// `bytes=first-last` or `bytes=first-`, within the content.
    private func byteRange(_ text: String, count: Int) -> Range<Int>? {
        let parts = text.dropFirst("bytes=".count)
            .split(separator: "-", omittingEmptySubsequences: false)
        guard text.hasPrefix("bytes="), parts.count == 2, let first = Int(parts[0]), first < count
        else { return nil }
        let last = min(Int(parts[1]) ?? count - 1, count - 1)
        return last < first ? nil : first..<last + 1
    }
}
