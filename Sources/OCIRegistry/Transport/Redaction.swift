public import HTTPTypes

/// Takes out of texts, URLs and header fields what must not be seen in a log or an error.
public enum Redaction {
    /// What stands where a secret stood.
    public static let mark = "…"

    /// Query parameters whose values are public parts of the distribution protocol.
    private static let openParameters: Set<String> = [
        "digest", "n", "last", "from", "mount", "artifactType",
    ]

    /// A URL, absolute or not, without user information and fragment, and with the values of all
    /// query parameters but the protocol's own replaced.
    public static func redacted(url: some StringProtocol) -> String {
        let text = url.prefix { $0 != "#" }
        let query = text.firstIndex(of: "?")
        let location = withoutUserInformation(text[..<(query ?? text.endIndex)])
        guard let query else { return location }
        let parameters = text[text.index(after: query)...]
            .split(separator: "&", omittingEmptySubsequences: false)
            .map { parameter in
                guard let equals = parameter.firstIndex(of: "=") else {
                    // A lone value may be a secret as a whole.
                    return parameter.isEmpty ? "" : mark
                }
                let name = String(parameter[..<equals])
                return openParameters.contains(name) ? String(parameter) : "\(name)=\(mark)"
            }
        return location + "?" + parameters.joined(separator: "&")
    }

    /// A request's method and redacted URL, as ``OCIError/Exchange`` wants it.
    public static func redacted(_ request: HTTPRequest) -> String {
        let origin = request.authority.map { "\(request.scheme ?? "https")://\($0)" } ?? ""
        return "\(request.method.rawValue) \(redacted(url: origin + (request.path ?? "/")))"
    }

    /// Header fields with credentials and cookies masked and `Location` redacted as a URL.
    public static func redacted(_ fields: HTTPFields) -> HTTPFields {
        var result = HTTPFields()
        for field in fields {
            var field = field
            if let scheme = authorizationScheme(of: field) {
                field.value = scheme + mark
            } else if secretFields.contains(field.name.canonicalName) {
                field.value = mark
            } else if locationFields.contains(field.name.canonicalName) {
                field.value = redacted(url: field.value)
            }
            result.append(field)
        }
        return result
    }

    /// A text with every occurrence of every secret replaced, also of its percent-encoded form.
    public static func redacted(_ text: String, secrets: [String]) -> String {
        let forms = secrets.flatMap { [$0, PercentEncoding.encode($0)] }.filter { !$0.isEmpty }
        guard !forms.isEmpty else { return text }
        // The longest first, so that a secret within another does not leave the other's rest.
        var bytes = Array(text.utf8)
        for form in Set(forms).sorted(by: { ($0.utf8.count, $0) > ($1.utf8.count, $1) }) {
            bytes = replace(Array(form.utf8), in: bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let secretFields: Set<String> = [
        "cookie", "set-cookie", "x-registry-auth", "x-registry-config", "x-amz-security-token",
    ]

    private static let locationFields: Set<String> = ["location", "content-location", "referer"]

    /// The scheme of a credentials field, whose mere kind is worth a log line.
    private static func authorizationScheme(of field: HTTPField) -> String? {
        guard ["authorization", "proxy-authorization"].contains(field.name.canonicalName) else {
            return nil
        }
        let scheme = field.value.prefix { $0 != " " }
        return scheme.count < field.value.count ? "\(scheme) " : ""
    }

    private static func withoutUserInformation(_ url: some StringProtocol) -> String {
        // `//` begins an authority at the start or after the scheme's colon.
        guard let slashes = url.indices.first(where: { url[$0...].hasPrefix("//") }),
            url[..<slashes].isEmpty || url[..<slashes].hasSuffix(":")
        else { return String(url) }
        let start = url.index(slashes, offsetBy: 2)
        let end = url[start...].firstIndex(of: "/") ?? url.endIndex
        guard let at = url[start..<end].lastIndex(of: "@") else { return String(url) }
        return String(url[..<start]) + String(url[url.index(after: at)...])
    }

    /// Bytes rather than characters, so that a combining mark after a secret cannot hide it.
    private static func replace(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: secret) {
                result += mark.utf8
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
