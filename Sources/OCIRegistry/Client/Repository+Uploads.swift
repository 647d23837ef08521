import HTTPTypes

extension Repository {
    /// Uploads a blob that is known. Each try opens an upload session of its own and reads the
    /// content anew; a try that fails has its session cancelled. With a `chunkSize`, no request
    /// carries more bytes than that. OCI distribution-spec, end-4 to end-6.
    ///
    /// Throws ``OCIError``: bad data when the content is not what the descriptor says; and what
    /// the source throws.
    public func upload(
        _ descriptor: Descriptor, from source: BlobSource, chunkSize: Int? = nil,
        onProgress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let moving = RetryProgress()
        try await retrying("\(reference)@\(descriptor.digest)", progress: moving) { attempt in
            // The reply to the last request may be all that got lost.
            if attempt > 1, try await isCommitted(descriptor) { return }
            try await uploadOnce(
                descriptor, try await source.open(), chunkSize: chunkSize,
                onProgress: {
                    moving.note()
                    onProgress($0)
                })
        }
    }

    /// Uploads a blob in one try, from content that can be read but once.
    public func uploadOnce(
        _ descriptor: Descriptor, _ content: any ByteReader, chunkSize: Int? = nil,
        onProgress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let reader = VerifyingReader(
            content, expecting: descriptor, subject: "\(reference)", onProgress: onProgress)
        try await inSession { location in
            if let chunkSize, descriptor.size > chunkSize {
                let end = try await sendChunks(
                    reader, to: location, size: chunkSize, total: descriptor.size)
                try await commit(descriptor.digest, at: end)
            } else {
                try await commit(
                    descriptor.digest, at: location,
                    body: .stream(reader, length: descriptor.size))
            }
        }
    }

    /// Uploads a layer in one try while it is being compressed, and returns what it became.
    ///
    /// Throws ``OCIError`` (bad data) when the layer's content is not its diffID; no blob is
    /// committed then.
    public func uploadOnce(
        _ layer: CompressingReader, chunkSize: Int? = nil
    ) async throws -> CompressingReader.Result {
        try await inSession { location in
            let end =
                if let chunkSize {
                    try await sendChunks(layer, to: location, size: chunkSize)
                } else {
                    try await sendStream(layer, to: location)
                }
            guard let result = await layer.result else {
                throw OCIError(.temporary, "the upload ended before the layer did")
            }
            do {
                try await commit(result.digest, at: end)
            } catch let error as OCIError where error.isPassing {
                // The reply may be all that got lost, and the layer is gone from here.
                guard try await blobSize(result.digest) == result.size else { throw error }
            }
            return result
        }
    }

    /// Asks whether content may be pushed here: opens an upload and gives it up at once, so that nothing
    /// of it stays. False where the registry does not let an upload be given up, and forgets it in its
    /// own time.
    ///
    /// Throws ``OCIError`` (denied) where it may not.
    public func checkPush() async throws -> Bool {
        try await retrying("\(reference)") { _ in await cancel(try await openUpload()) }
    }

    private func inSession<T>(_ send: (Location) async throws -> T) async throws -> T {
        let location = try await openUpload()
        do {
            return try await send(location)
        } catch {
            await cancel(location)
            throw error
        }
    }

    private func isCommitted(_ blob: Descriptor) async throws -> Bool {
        let response = try await send(.head, "blobs/\(blob.digest)")
        let size = response.head.headerFields[.contentLength].flatMap { Int64($0) }
        return response.status == 200 && (size == nil || size == blob.size)
    }

    /// Opens an upload. Where the task is cancelled meanwhile, the answer gets a few seconds to
    /// come: a session whose place is not known could not be given up.
    private func openUpload() async throws -> Location {
        let opening = Task.detached {
            let response = try await send(.post, "blobs/uploads/")
            guard response.status == 202 else { throw failure(.post, "blobs/uploads/", response) }
            return try await uploadLocation(response)
        }
        return try await withTaskCancellationHandler {
            try await opening.value
        } onCancel: {
            Task.detached {
                try? await Task.sleep(for: .seconds(5))
                opening.cancel()
            }
        }
    }

    /// Where an upload goes on, from the response to its last request.
    func uploadLocation(_ response: TransportResponse) async throws -> Location {
        guard let text = response.head.headerFields[.location] else {
            throw OCIError(.protocolViolation, "the registry opened an upload without a Location")
        }
        let endpoint = try await client.endpoint()
        return try Location(
            scheme: endpoint.scheme, authority: endpoint.authority,
            path: "/v2/\(name)/blobs/uploads/"
        ).resolving(text)
    }

    private func sendStream(_ reader: any ByteReader, to location: Location) async throws
        -> Location
    {
        let response = try await client.perform(
            RegistryRequest(
                .patch, .location(location), fields: [.contentType: Self.octets],
                body: .stream(reader, length: nil), scopes: scopes))
        guard response.status == 202 || response.status == 201 || response.status == 204 else {
            throw uploadFailure(.patch, location, response)
        }
        return try await uploadLocation(response)
    }

    /// Sends content piece by piece. Where its size is known, pieces are streamed; else each is
    /// gathered first, because a request must say where its piece ends.
    private func sendChunks(
        _ reader: any ByteReader, to first: Location, size: Int, total: Int64? = nil
    ) async throws -> Location {
        var location = first
        var offset: Int64 = 0
        if let total {
            let pieces = BlockReader(reader, blockSize: 1 << 20)
            while offset < total {
                let count = min(Int64(size), total - offset)
                let piece = SegmentReader(pieces, count: Int(count))
                location = try await sendChunk(
                    .stream(piece, length: count), count, at: offset, to: location)
                offset += count
            }
        } else {
            let pieces = BlockReader(reader, blockSize: 1 << 20)
            while let chunk = try await Chunk(gathering: pieces, size: size) {
                location = try await sendChunk(
                    .stream(chunk, length: chunk.count), chunk.count, at: offset, to: location)
                offset += chunk.count
            }
        }
        return location
    }

    private func sendChunk(
        _ body: TransportRequest.Body, _ count: Int64, at offset: Int64, to location: Location
    ) async throws -> Location {
        let response = try await client.perform(
            RegistryRequest(
                .patch, .location(location),
                fields: [
                    .contentType: Self.octets, .contentRange: "\(offset)-\(offset + count - 1)",
                ], body: body, scopes: scopes))
        guard response.status == 202 || response.status == 201 || response.status == 204 else {
            throw uploadFailure(.patch, location, response)
        }
        return try await uploadLocation(response)
    }

    private func commit(
        _ digest: Digest, at location: Location, body: TransportRequest.Body = .none
    ) async throws {
        let response = try await client.perform(
            RegistryRequest(
                .put, .location(location.adding(query: "digest", digest.description)),
                fields: [.contentType: Self.octets], body: body, scopes: scopes))
        guard response.status == 201 || response.status == 204 else {
            throw uploadFailure(.put, location, response)
        }
        if let said = response.head.headerFields[.dockerContentDigest], said != digest.description {
            throw OCIError(
                .protocolViolation, "the registry stored \(said) when \(digest) was sent")
        }
    }

    /// Gives an upload up, as far as the registry lets us: a courtesy that never fails and is
    /// carried out even where the task is being cancelled. Whether the registry did.
    @discardableResult
    func cancel(_ location: Location) async -> Bool {
        await Task.detached {
            let request = RegistryRequest(.delete, .location(location), scopes: scopes)
            return await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    let response = try? await client.perform(request)
                    return response.map { (200..<300).contains($0.status) } ?? false
                }
                group.addTask {
                    try? await Task.sleep(for: .seconds(5))
                    return false
                }
                defer { group.cancelAll() }
                return await group.next() ?? false
            }
        }.value
    }

    /// Whatever went wrong with the bytes on their way, a new session may get them through.
    private func uploadFailure(
        _ method: HTTPRequest.Method, _ location: Location, _ response: TransportResponse
    ) -> OCIError {
        var error = ResponseFailure(
            HTTPRequest(
                method: method, scheme: location.scheme, authority: location.authority,
                path: location.path), response
        ).error
        let broken = [400, 404, 416].contains(response.status)
        if broken { error.kind = .temporary }
        return error
    }

    private static let octets = MediaType.octetStream.rawValue
}
