import HTTPTypes

@testable import OCIRegistry

/// An answer that a registry must not give.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let description: String
}

/// The requests of a push, without any policy: a broken connection is an error and nothing else.
struct RegistryRequests: Sendable {
    let port: Int
    private static let transport = CurlTransport()

    /// How the bytes of a blob may travel.
    enum UploadMethod: CaseIterable {
        case single, session, chunked, streamed
    }

    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ status: Int...,
        type: String = "application/octet-stream", fields: HTTPFields = [:],
        body: TransportRequest.Body = .none
    ) async throws -> TransportResponse {
        var fields = fields
        fields[.contentType] = type
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "127.0.0.1:\(port)", path: path,
            headerFields: fields)
        let answer = try await Self.transport.send(
            TransportRequest(head, body: body, delivery: .collect(limit: 8 << 20)))
        guard status.contains(answer.status) else {
            let text = String(decoding: answer.body.prefix(300), as: UTF8.self)
            throw UnexpectedAnswer(description: "\(method) \(path): \(answer.status) \(text)")
        }
        return answer
    }

    func upload(
        _ bytes: [UInt8], _ digest: Digest, to name: RepositoryName, by method: UploadMethod
    ) async throws {
        guard method != .single else {
            try await send(
                .post, "/v2/\(name)/blobs/uploads/?digest=\(digest)", 201, body: .bytes(bytes))
            return
        }
        let query =
            digest.algorithm == .sha256 ? "" : "?digest-algorithm=\(digest.algorithm.rawValue)"
        var session = try await send(.post, "/v2/\(name)/blobs/uploads/\(query)", 202)
        var rest: TransportRequest.Body = .none
        switch method {
        case .single, .session: rest = .bytes(bytes)
        case .chunked:
            let half = bytes.count / 2
            for range in [0..<half, half..<bytes.count] where !range.isEmpty {
                session = try await send(
                    .patch, place(session), 202,
                    fields: [.contentRange: "\(range.lowerBound)-\(range.upperBound - 1)"],
                    body: .bytes(Array(bytes[range])))
            }
        case .streamed:
            session = try await send(
                .patch, place(session), 202, body: .stream(MemoryReader(bytes), length: nil))
        }
        try await send(.put, "\(place(session))?digest=\(digest)", 201, body: rest)
    }

    func put(_ manifest: Manifest, as reference: String, to name: RepositoryName) async throws {
        try await send(
            .put, "/v2/\(name)/manifests/\(reference)", 201, type: manifest.mediaType.rawValue,
            body: .bytes(manifest.bytes))
    }

    private func place(_ answer: TransportResponse) -> String {
        answer.head.headerFields[.location] ?? "/"
    }
}
