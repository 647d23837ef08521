import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

extension HTTPField.Name {
    static let dockerContentDigest = HTTPField.Name("Docker-Content-Digest")!
    static let dockerUploadUUID = HTTPField.Name("Docker-Upload-UUID")!
    static let dockerAPIVersion = HTTPField.Name("Docker-Distribution-API-Version")!
    static let ociSubject = HTTPField.Name("OCI-Subject")!
    static let ociTag = HTTPField.Name("OCI-Tag")!
    static let ociFiltersApplied = HTTPField.Name("OCI-Filters-Applied")!
    static let ociChunkMinLength = HTTPField.Name("OCI-Chunk-Min-Length")!
    static let link = HTTPField.Name("Link")!
}

extension Response {
    /// A response without content.
    static func empty(_ status: HTTPResponse.Status, _ headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers)
    }

    /// A document.
    static func document(
        _ bytes: [UInt8], _ type: String, status: HTTPResponse.Status = .ok,
        _ headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A value as JSON.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, _ headers: HTTPFields = [:]
    ) -> Response {
        document(JSON.encode(value) + [10], "application/json", status: status, headers)
    }
}

/// The specification's document for errors. OCI distribution-spec, "Error Codes".
struct ErrorReply: Encodable {
    struct Entry: Encodable {
        let code: String
        let message: String
    }
    let errors: [Entry]

    init(_ error: RegistryError) {
        errors = [Entry(code: error.code.rawValue, message: error.message)]
    }
}
