import HTTPTypes

extension Repository {
    /// Fetches a manifest by tag or digest, checked against the digest that was asked for and
    /// the one that the registry gives; nil when there is none. OCI distribution-spec, end-3.
    ///
    /// Throws ``OCIError``: bad data when the bytes do not have that digest.
    public func manifest(_ selector: String) async throws -> Manifest? {
        let path = "manifests/\(selector)"
        return try await retrying("\(reference):\(selector)") { _ in
            let response = try await send(
                .get, path, fields: Self.acceptManifests,
                delivery: .collect(limit: Manifest.sizeLimit))
            guard response.status != 404 else { return nil }
            guard response.status == 200 else { throw failure(.get, path, response) }
            let wanted = try? Digest(parsing: selector)
            let manifest = try Manifest(
                bytes: response.body,
                declared: response.head.headerFields[.contentType].map(MediaType.init(rawValue:)),
                algorithm: wanted?.algorithm ?? .sha256)
            try Self.check(manifest, wanted: wanted, response)
            return manifest
        }
    }

    /// The bytes and type of whatever is stored as a manifest under a digest, understood or not; nil when
    /// there is none. OCI distribution-spec, end-3.
    ///
    /// Throws ``OCIError``: bad data when the bytes do not have that digest.
    public func storedManifest(_ digest: Digest) async throws -> (bytes: [UInt8], type: MediaType)?
    {
        let path = "manifests/\(digest)"
        return try await retrying("\(reference)@\(digest)") { _ in
            let accepted = MediaType.acceptedManifests.map(\.rawValue) + ["*/*"]
            let response = try await send(
                .get, path, fields: [.accept: accepted.joined(separator: ", ")],
                delivery: .collect(limit: Manifest.sizeLimit))
            guard response.status != 404 else { return nil }
            guard response.status == 200 else { throw failure(.get, path, response) }
            let actual = SHA2.digest(of: response.body, digest.algorithm)
            guard actual == digest else {
                throw OCIError(
                    .badData, "the registry served \(actual) when \(digest) was asked for",
                    advice:
                        "do not trust this registry or the proxy before it until that is explained")
            }
            let type = response.head.headerFields[.contentType].map(MediaType.init(rawValue:))
            return (response.body, type ?? .octetStream)
        }
    }

    /// The digest behind a tag without its bytes, where the registry tells; nil when there is no
    /// such manifest. OCI distribution-spec, end-3.
    public func digest(_ selector: String) async throws -> Digest? {
        let path = "manifests/\(selector)"
        let head = try await retrying("\(reference):\(selector)") { _ -> Digest?? in
            let response = try await send(.head, path, fields: Self.acceptManifests)
            if response.status == 404 { return .some(nil) }
            guard response.status == 200 else { throw failure(.head, path, response) }
            let value = response.head.headerFields[.dockerContentDigest]
            return value.flatMap { try? Digest(parsing: $0) }.map { .some($0) } ?? nil
        }
        if let known = head { return known }
        return try await manifest(selector)?.digest
    }

    /// Stores a manifest under its digest, or under a tag too. OCI distribution-spec, end-7.
    ///
    /// Throws ``OCIError``: with ``OCIError/namesUnknownBlob`` when the registry misses something
    /// that the manifest names; protocol when it claims to have stored another digest.
    public func put(_ manifest: Manifest, tag: Tag? = nil) async throws {
        let selector = tag?.description ?? manifest.digest.description
        let path = "manifests/\(selector)"
        try await retrying("\(reference):\(selector)") { _ in
            let response = try await send(
                .put, path, fields: [.contentType: manifest.mediaType.rawValue],
                body: .bytes(manifest.bytes))
            guard response.status == 201 || response.status == 200 || response.status == 202 else {
                throw failure(.put, path, response)
            }
            if let said = response.head.headerFields[.dockerContentDigest],
                said != manifest.digest.description
            {
                throw OCIError(
                    .protocolViolation,
                    "the registry stored \(said) when \(manifest.digest) was sent",
                    exchange: .init(request: "PUT /v2/\(name)/\(path)", status: response.status),
                    advice: "something between here and the registry changes manifests")
            }
        }
    }

    /// Deletes a tag, or a manifest with all its tags when given a digest; false when there was
    /// none. OCI distribution-spec, end-9.
    ///
    /// Throws ``OCIError`` (protocol) with status 405 where the registry does not delete.
    public func delete(_ selector: String) async throws -> Bool {
        let path = "manifests/\(selector)"
        return try await retrying("\(reference):\(selector)") { _ in
            let response = try await send(.delete, path)
            switch response.status {
            case 200, 202, 204: return true
            case 404: return false
            default: throw failure(.delete, path, response)
            }
        }
    }

    static let acceptManifests: HTTPFields = [
        .accept: MediaType.acceptedManifests.map(\.rawValue).joined(separator: ", ")
    ]

    private static func check(
        _ manifest: Manifest, wanted: Digest?, _ response: TransportResponse
    ) throws(OCIError) {
        if let wanted, wanted != manifest.digest {
            throw OCIError(
                .badData, "the registry served \(manifest.digest) when \(wanted) was asked for",
                advice: "do not trust this registry or the proxy before it until that is explained")
        }
        if wanted == nil, let said = response.head.headerFields[.dockerContentDigest],
            manifest.digest.description != said, let digest = try? Digest(parsing: said),
            SHA2.digest(of: manifest.bytes, digest.algorithm) != digest
        {
            throw OCIError(
                .badData,
                "the registry says the manifest is \(said), but its bytes are "
                    + "\(manifest.digest)",
                advice: "the answer was damaged on its way, or the registry's storage is")
        }
    }
}

extension OCIError {
    /// What a refusal for an unknown blob amounts to when it stays, whatever is sent again.
    var asForgottenBlobs: OCIError {
        var error = self
        error.kind = .protocolViolation
        error.message = "the registry does not keep the blobs that it accepts"
        error.advice = "its storage, or a mirror before it, loses content: tell its operator"
        return error
    }

    /// Whether a manifest was refused because the registry misses a blob or child that it names.
    public var namesUnknownBlob: Bool {
        exchange?.registryCodes.contains { ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN"].contains($0) }
            ?? false
    }
}
