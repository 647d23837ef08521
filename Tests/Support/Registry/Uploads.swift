import Synchronization

extension RegistryCore {
    /// Mounts a blob, takes one in a single POST, or opens an upload.
    func startUpload(_ request: RegistryRequest, _ repository: String) -> Response {
        if let digest = request.query("mount"), !quirks.ignoresMounts,
            mount(digest, from: request.query("from"), into: repository)
        {
            return created(request, repository, digest)
        }
        if let digest = request.query("digest"), !quirks.ignoresSinglePost {
            return commit(request, request.body, repository, digest)
        }
        let id = state.withLock { state in
            state.uploadCount += 1
            let id = "upload-\(state.uploadCount)"
            state.uploads[id] = RegistryState.Upload(repository: repository)
            return id
        }
        var response = progress(202, request, repository, id, received: 0)
        if let smallest = quirks.smallestChunk {
            response.headers["OCI-Chunk-Min-Length"] = String(smallest)
        }
        return response
    }

    /// Goes on with an upload: PATCH, PUT, GET or DELETE.
    func upload(_ request: RegistryRequest, _ repository: String, _ id: String) -> Response {
        let known = state.withLock { $0.uploads[id] }
        guard let known, known.repository == repository else {
            return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        }
        let count = known.bytes.count
        switch request.head.method {
        case "GET": return progress(204, request, repository, id, received: count)
        case "DELETE":
            state.withLock { $0.uploads[id] = nil }
            return Response(204)
        case "PATCH", "PUT": break
        default: return error(405, "UNSUPPORTED", "method not allowed")
        }
        if let problem = rangeProblem(request, repository, id, known) { return problem }
        if request.head.method == "PATCH" {
            state.withLock { state in
                state.uploads[id]?.bytes.append(contentsOf: request.body)
                state.uploads[id]?.patches += 1
            }
            return progress(202, request, repository, id, received: count + request.body.count)
        }
        guard let digest = request.query("digest") else {
            return error(400, "DIGEST_INVALID", "digest is missing")
        }
        let response = commit(request, known.bytes + request.body, repository, digest)
        if response.status == 201 { state.withLock { $0.uploads[id] = nil } }
        return response
    }

    /// The refusal of a chunk that does not start where the upload ends.
    private func rangeProblem(
        _ request: RegistryRequest, _ repository: String, _ id: String,
        _ upload: RegistryState.Upload
    ) -> Response? {
        let count = upload.bytes.count
        guard let range = request.head.headers["Content-Range"] else {
            let isMissing =
                quirks.requiresContentRange && request.head.method == "PATCH" && upload.patches > 0
            return isMissing
                ? error(400, "BLOB_UPLOAD_INVALID", "stream uploads after first write") : nil
        }
        let bounds = range.split(separator: "-").compactMap { Int($0) }
        let fits =
            bounds.count == 2 && bounds[0] == count
            && bounds[1] == count + request.body.count - 1
        return fits ? nil : progress(416, request, repository, id, received: count)
    }

    private func progress(
        _ status: Int, _ request: RegistryRequest, _ repository: String, _ id: String,
        received: Int
    ) -> Response {
        Response(
            status,
            headers: [
                "Location": location("/v2/\(repository)/blobs/uploads/\(id)", request),
                "Docker-Upload-UUID": id, "Range": "0-\(max(received - 1, 0))",
            ])
    }

    private func commit(
        _ request: RegistryRequest, _ bytes: [UInt8], _ repository: String, _ digest: String
    ) -> Response {
        guard self.digest(bytes) == digest else {
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        }
        state.withLock { $0.store(blob: bytes, digest: digest, in: repository) }
        return created(request, repository, digest)
    }

    private func created(
        _ request: RegistryRequest, _ repository: String, _ digest: String
    ) -> Response {
        var headers = contentDigest(digest)
        headers["Location"] = location("/v2/\(repository)/blobs/\(digest)", request)
        return Response(201, headers: headers)
    }

    private func mount(_ digest: String, from: String?, into repository: String) -> Bool {
        state.withLock { state in
            let sources = from.map { [$0] } ?? (quirks.mountsWithoutFrom ? nil : [])
            let holder = state.repositories.first { name, content in
                (sources?.contains(name) ?? true) && content.blobs.contains(digest)
            }
            guard holder != nil, let bytes = state.blobs[digest] else { return false }
            state.store(blob: bytes, digest: digest, in: repository)
            return true
        }
    }
}
