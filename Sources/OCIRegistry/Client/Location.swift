import HTTPTypes

/// An absolute http or https URL, split as requests need it. RFC 3986 as far as registries use it.
struct Location: Sendable, Hashable, CustomStringConvertible {
    var scheme: String
    /// Host and port, without user information.
    var authority: String
    /// Path and query, beginning with a slash.
    var path: String

    init(scheme: String, authority: String, path: String) {
        self.scheme = scheme
        self.authority = authority
        self.path = path
    }

    /// The target of a `Location` or `Link` found in a response to a request for `self`.
    ///
    /// Throws ``OCIError`` (protocol): no http URL, user information in it, or a step from https
    /// down to http.
    func resolving(_ text: String) throws(OCIError) -> Location {
        let text = text.prefix { $0 != "#" }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), text.utf8.count <= 8192 else {
            throw refuse("is not a URL")
        }
        if text.hasPrefix("/") && !text.hasPrefix("//") {
            return Location(scheme: scheme, authority: authority, path: String(text))
        }
        let absolute = text.hasPrefix("//") ? "\(scheme):\(text)"[...] : text
        guard let colon = absolute.range(of: "://") else {
            let directory = path.prefix { $0 != "?" }
            let base = directory.lastIndex(of: "/").map { directory[...$0] } ?? "/"
            return Location(scheme: scheme, authority: authority, path: base + String(text))
        }
        let newScheme = absolute[..<colon.lowerBound].lowercased()
        let rest = absolute[colon.upperBound...]
        let slash = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let newAuthority = rest[..<slash].lowercased()
        guard newScheme == "http" || newScheme == "https" else {
            throw refuse("leads to '\(newScheme)', which is not HTTP")
        }
        guard !newAuthority.isEmpty, !newAuthority.contains("@") else {
            throw refuse("has no plain host")
        }
        guard !(scheme == "https" && newScheme == "http") else {
            throw refuse("leads from https down to http at \(newAuthority)")
        }
        let newPath = rest[slash...].hasPrefix("/") ? String(rest[slash...]) : "/" + rest[slash...]
        return Location(scheme: newScheme, authority: newAuthority, path: newPath)
    }

    /// Whether requests to both may carry the same credentials. RFC 6454, section 5.
    func hasSameOrigin(as other: Location) -> Bool {
        scheme == other.scheme && Self.withPort(self) == Self.withPort(other)
    }

    /// The same URL with one more query field.
    func adding(query name: String, _ value: String) -> Location {
        var copy = self
        copy.path += (path.contains("?") ? "&" : "?") + "\(name)=\(value)"
        return copy
    }

    /// The URL without its query.
    var description: String { "\(scheme)://\(authority)\(path.prefix { $0 != "?" })" }

    private static func withPort(_ location: Location) -> String {
        let hasPort =
            location.authority.lastIndex(of: ":").map { colon in
                !location.authority[colon...].contains("]")
            } ?? false
        return hasPort
            ? location.authority
            : location.authority + (location.scheme == "https" ? ":443" : ":80")
    }

    private func refuse(_ why: String) -> OCIError {
        OCIError(
            .protocolViolation, "a URL that \(authority) answered with \(why)",
            exchange: .init(request: description),
            advice: "the registry or a proxy before it is misconfigured; nothing was sent there")
    }
}

extension Substring {
    fileprivate func range(of text: String) -> (lowerBound: Index, upperBound: Index)? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) {
                return (index, self.index(index, offsetBy: text.count))
            }
            index = self.index(after: index)
        }
        return nil
    }
}
