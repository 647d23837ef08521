import HTTPTypes
import HummingbirdCore
import NIOCore
import OCIRegistry

extension HTTPField.Name {
    /// Among a request's fields only where there is more than one: the first is its authority.
    static let host = registry("Host")
    static let dockerContentDigest = registry("Docker-Content-Digest")
    static let dockerUploadUUID = registry("Docker-Upload-UUID")
    static let dockerAPIVersion = registry("Docker-Distribution-API-Version")
    static let ociSubject = registry("OCI-Subject")
    static let ociTag = registry("OCI-Tag")
    static let ociFiltersApplied = registry("OCI-Filters-Applied")
    static let ociChunkMinLength = registry("OCI-Chunk-Min-Length")
    static let link = registry("Link")

    private static func registry(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("'\(name)' is no name") }
        return name
    }
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
