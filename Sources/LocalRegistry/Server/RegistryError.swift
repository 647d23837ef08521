public import HTTPTypes

/// Why a request is refused: a status, a code of the specification, and a sentence for people.
///
/// OCI distribution-spec, "Error Codes".
public struct RegistryError: Error, Sendable, Equatable {
    /// The specification's codes, and the one of Docker's registry for what is switched off.
    public enum Code: String, Sendable, CaseIterable {
        case blobUnknown = "BLOB_UNKNOWN"
        case blobUploadInvalid = "BLOB_UPLOAD_INVALID"
        case blobUploadUnknown = "BLOB_UPLOAD_UNKNOWN"
        case digestInvalid = "DIGEST_INVALID"
        case manifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN"
        case manifestInvalid = "MANIFEST_INVALID"
        case manifestUnknown = "MANIFEST_UNKNOWN"
        case nameInvalid = "NAME_INVALID"
        case nameUnknown = "NAME_UNKNOWN"
        case sizeInvalid = "SIZE_INVALID"
        case unauthorized = "UNAUTHORIZED"
        case denied = "DENIED"
        case unsupported = "UNSUPPORTED"
        case tooManyRequests = "TOOMANYREQUESTS"
        case unknown = "UNKNOWN"
    }

    /// The response's status.
    public var status: HTTPResponse.Status
    /// The machine's reason.
    public var code: Code
    /// The person's reason; never a secret.
    public var message: String
    /// Fields that the response carries besides the usual ones.
    public var headers: HTTPFields

    /// Describes a refusal.
    public init(
        _ status: HTTPResponse.Status, _ code: Code, _ message: String, headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
    }
}
