public import HTTPTypes
public import OCIRegistry

/// Scheme and authority under which clients reach the registry. RFC 6454, section 4.
public struct Origin: Sendable, Hashable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// Host and port, in lower case.
    public let authority: String

    /// `SCHEME://AUTHORITY`.
    public var description: String { "\(scheme)://\(authority)" }

    /// The origin that a request was sent to.
    ///
    /// Throws ``RegistryError`` (400) when its `Host` is missing or is none: it is repeated in
    /// answers, so nothing else may be in it.
    public init(of head: HTTPRequest, isTLS: Bool) throws(RegistryError) {
        guard let authority = head.authority, (try? RegistryHost(authority)) != nil else {
            throw RegistryError(.badRequest, .unsupported, "the request has no usable Host")
        }
        scheme = isTLS ? "https" : "http"
        self.authority = authority.lowercased()
    }

    /// The origin that an operator names, where a proxy stands before the registry:
    /// `https://registry.example.org`.
    ///
    /// Throws ``OCIError`` (usage) for anything but scheme, host and port.
    public init(url: String) throws(OCIError) {
        let text = url.hasSuffix("/") ? String(url.dropLast()) : url
        for scheme in ["https", "http"] where text.lowercased().hasPrefix(scheme + "://") {
            let authority = text.dropFirst(scheme.count + 3).lowercased()
            guard (try? RegistryHost(authority)) != nil else { break }
            self.scheme = scheme
            self.authority = authority
            return
        }
        throw OCIError(
            .usage, "the external URL is not of the form 'https://HOST[:PORT]'",
            advice: "name scheme, host and port alone: the registry's API is always below /v2/")
    }
}
