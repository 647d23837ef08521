import HTTPTypes
import Testing

@testable import OCIRegistry

/// The ways in which the specification lets a blob be pushed.
enum PushMethod: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case postPut = "POST, then PUT"
    case oneChunk = "one chunk and an empty PUT"
    case chunks = "three chunks and an empty PUT"
    case chunksAndPut = "two chunks and a third in the PUT"
    case stream = "a PATCH of unknown length, then an empty PUT"
    case sizedStream = "a PATCH without a range, then an empty PUT"
    case post = "a POST with the content"

    var testDescription: String { rawValue }

    /// Pushes content under a digest, which may be wrong, and gives the last answer. The test ends
    /// where one on the way is refused.
    func push(_ bytes: [UInt8], as digest: Digest, to repository: TestRepository) async throws
        -> Reply
    {
        if self == .post {
            return try await repository.ask(
                .post, "blobs/uploads/", query: [("digest", "\(digest)")], fields: octets,
                body: .bytes(bytes))
        }
        let opened = try await repository.openUpload()
        let wire = repository.wire
        var place = try opened.location()
        var rest = bytes[...]
        switch self {
        case .post: break
        case .postPut: return try await finish(place, bytes, digest, wire)
        case .oneChunk:
            if !bytes.isEmpty { place = try await send(rest, place, wire).location() }
        case .chunks, .chunksAndPut:
            let size = chunkSize(of: bytes.count, smallest: opened)
            while !rest.isEmpty {
                let chunk = rest.prefix(size)
                if self == .chunksAndPut, chunk.endIndex == rest.endIndex {
                    let range = HTTPFields.chunk(chunk)
                    return try await finish(place, Array(chunk), digest, wire, fields: range)
                }
                place = try await send(chunk, place, wire).location()
                rest = rest.dropFirst(chunk.count)
            }
        case .stream, .sizedStream:
            let body: TransportRequest.Body =
                self == .stream ? .stream(MemoryReader(bytes), length: nil) : .bytes(bytes)
            place = try await wire.send(.patch, to: place, fields: octets, body: body)
                .require(202).location()
        }
        return try await finish(place, [], digest, wire)
    }

    private func send(_ chunk: ArraySlice<UInt8>, _ place: Location, _ wire: Wire) async throws
        -> Reply
    {
        try await wire.send(.patch, to: place, fields: .chunk(chunk), body: .bytes(Array(chunk)))
            .require(202)
    }

    private func finish(
        _ place: Location, _ bytes: [UInt8], _ digest: Digest, _ wire: Wire,
        fields: HTTPFields = octets
    ) async throws -> Reply {
        try await wire.send(
            .put, to: place.adding(query: "digest", "\(digest)"), fields: fields,
            body: .bytes(bytes))
    }
}

/// The size of chunks that cuts content into three, or what the registry wants at least.
func chunkSize(of count: Int, smallest opened: Reply) -> Int {
    max(count / 3 + 1, opened["OCI-Chunk-Min-Length"].flatMap { Int($0) } ?? 0)
}

private let octets: HTTPFields = [.contentType: "application/octet-stream"]

extension HTTPFields {
    /// The fields of a chunk, whose indices are its place in the content. A registry's range has
    /// no unit. OCI distribution-spec, "Pushing a blob in chunks".
    static func chunk(_ chunk: ArraySlice<UInt8>) -> HTTPFields {
        var fields = octets
        fields[.contentRange] = "\(chunk.startIndex)-\(chunk.endIndex - 1)"
        return fields
    }
}
