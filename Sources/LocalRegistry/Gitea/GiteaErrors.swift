import HTTPTypes
import OCIRegistry

/// Gitea's refusals. The message of most is empty.
extension RegistryError {
    /// A document with one of the specification's codes.
    static func gitea(
        _ status: HTTPResponse.Status, _ code: Code, _ message: String = ""
    ) -> RegistryError {
        RegistryError(status, code, message)
    }

    /// What a layer above the registry says, as plain text.
    static func text(
        _ status: HTTPResponse.Status, _ message: String, _ headers: HTTPFields = [:]
    ) -> RegistryError {
        RegistryError(
            status, .unknown, message,
            headers: [.contentType: "text/plain; charset=utf-8"] + headers)
    }

    /// A status and nothing else: what Gitea did not foresee, and quotas.
    static func silent(_ status: HTTPResponse.Status) -> RegistryError {
        RegistryError(status, .unknown, "")
    }

    static let notRouted = text(.notFound, "404 page not found\n")
    static let noOwner = text(.notFound, "Not found.\n")
    static let blobUnknown = gitea(.notFound, .blobUnknown)
    static let digestInvalid = gitea(.badRequest, .digestInvalid)
    static let manifestUnknown = gitea(.notFound, .manifestUnknown)
    static let nameInvalid = gitea(.badRequest, .nameInvalid)

    static func manifestInvalid(
        _ message: String = "", _ status: HTTPResponse.Status = .badRequest
    ) -> RegistryError {
        gitea(status, .manifestInvalid, message)
    }
}
