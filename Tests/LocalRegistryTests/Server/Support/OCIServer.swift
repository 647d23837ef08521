import LocalRegistry
import TestSupport

extension GiteaServer {
    /// Runs `body` beside a registry that has the specification's manners.
    static func oci(
        in folder: TemporaryFolder? = nil,
        _ change: (inout ServerSettings) throws -> Void = { _ in },
        body: (GiteaServer) async throws -> Void
    ) async throws {
        try await with(
            in: folder,
            {
                $0.dialect = .oci
                try change(&$0)
            }, body: body)
    }

    /// The head of a request, written out.
    func head(_ request: String, _ fields: String...) -> String {
        (["\(request) HTTP/1.1", "Host: \(host)"] + fields + ["", ""]).joined(separator: "\r\n")
    }
}
