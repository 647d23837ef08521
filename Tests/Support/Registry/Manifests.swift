import Foundation
import Synchronization

extension RegistryCore {
    /// Reads a manifest by tag or digest.
    func manifest(_ repository: String, _ reference: String) -> Response {
        let found = state.withLock { state in
            state.resolve(reference, in: repository).flatMap { digest in
                state.repositories[repository]?.manifests[digest].map { (digest, $0) }
            }
        }
        guard let (digest, manifest) = found else {
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        }
        var headers = contentDigest(digest)
        headers["Content-Type"] = manifest.mediaType
        return Response(200, headers: headers, body: manifest.bytes)
    }

    /// Stores a manifest under a tag or its digest.
    func putManifest(
        _ request: RegistryRequest, _ repository: String, _ reference: String
    ) -> Response {
        let body = request.body
        guard let content = try? JSONDecoder().decode(ManifestContent.self, from: Data(body)) else {
            return error(400, "MANIFEST_INVALID", "manifest is not valid JSON")
        }
        let digest = self.digest(body)
        let isDigest = reference.contains(":")
        guard !isDigest || reference == digest else {
            return error(400, "DIGEST_INVALID", "provided digest did not match")
        }
        let type = request.head.headers["Content-Type"] ?? content.mediaType ?? ""
        let manifest = RegistryState.Manifest(bytes: body, mediaType: type, content: content)
        if let problem = contentProblem(manifest, repository) { return problem }
        state.withLock { state in
            store(manifest, digest, tag: isDigest ? nil : reference, in: repository, &state)
        }
        var headers = contentDigest(digest)
        headers["Location"] = location("/v2/\(repository)/manifests/\(digest)", request)
        if quirks.referrersAPI, let subject = content.subject {
            headers["OCI-Subject"] = subject.digest
        }
        return Response(201, headers: headers)
    }

    /// Removes a tag, or a manifest with all its tags.
    func deleteManifest(_ repository: String, _ reference: String) -> Response {
        let isTag = !reference.contains(":")
        guard !quirks.refusesDelete, !(isTag && quirks.refusesTagDelete) else {
            return error(405, "UNSUPPORTED", "The operation is unsupported.")
        }
        return state.withLock { state in
            guard let digest = state.resolve(reference, in: repository) else {
                return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
            }
            if isTag {
                state.repositories[repository]?.tags[reference] = nil
                if quirks.tagOwnsManifest { state.dropUnlessHeld(digest, in: repository) }
            } else {
                let tags = state.repositories[repository]?.tags.filter { $0.value != digest }
                state.repositories[repository]?.tags = tags ?? [:]
                state.repositories[repository]?.manifests[digest] = nil
                state.repositories[repository]?.heldByDigest.remove(digest)
            }
            return Response(202)
        }
    }

    /// Stores a manifest and moves the tag, dropping what the tag alone held if tags own them.
    func store(
        _ manifest: RegistryState.Manifest, _ digest: String, tag: String?,
        in repository: String, _ state: inout RegistryState
    ) {
        state.repositories[repository, default: .init()].manifests[digest] = manifest
        guard let tag else {
            state.repositories[repository]?.heldByDigest.insert(digest)
            return
        }
        let old = state.repositories[repository]?.tags.updateValue(digest, forKey: tag)
        if let old, quirks.tagOwnsManifest { state.dropUnlessHeld(old, in: repository) }
    }

    /// The refusal of a manifest that the registry does not take.
    private func contentProblem(
        _ manifest: RegistryState.Manifest, _ repository: String
    ) -> Response? {
        let content = manifest.content
        let children = content.manifests ?? []
        let isNested = children.contains {
            ManifestContent.indexTypes.contains($0.mediaType ?? "")
        }
        if quirks.rejectsNestedIndexes, isNested { return error(400, "MANIFEST_INVALID", "") }
        guard quirks.requiresContent else { return nil }
        let held = state.withLock { $0.repositories[repository] } ?? .init()
        let blobs = (content.layers ?? []) + (content.config.map { [$0] } ?? [])
        if let missing = blobs.first(where: { !held.blobs.contains($0.digest) }) {
            return error(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown: \(missing.digest)")
        }
        if let missing = children.first(where: { held.manifests[$0.digest] == nil }) {
            return error(404, "MANIFEST_BLOB_UNKNOWN", "manifest unknown: \(missing.digest)")
        }
        return nil
    }
}
