import Crypto
import FoundationEssentials
import HTTPTypes

/// The header fields of every page: nothing runs, nothing is fetched, nothing is kept.
enum PageHeaders {
    static let fields: HTTPFields = {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .cacheControl: "no-store",
            .contentSecurityPolicy: "default-src 'none'; style-src '\(styleHash)'; "
                + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            .xContentTypeOptions: "nosniff",
        ]
        if let referrer = HTTPField.Name("Referrer-Policy") { fields[referrer] = "no-referrer" }
        return fields
    }()

    /// The stylesheet's hash as a policy names it. CSP level 3, "Usage of hash-source".
    static var styleHash: String {
        let hash = Data(SHA256.hash(data: Array(Stylesheet.text.utf8)))
        return "sha256-\(hash.base64EncodedString())"
    }
}
