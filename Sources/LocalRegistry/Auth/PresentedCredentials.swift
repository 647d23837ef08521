import FoundationEssentials
public import HTTPTypes
public import OCIRegistry

extension Credentials {
    /// What a request presents in `Authorization`: anonymous without one, and where Basic carries
    /// neither name nor password, as skopeo sends it for nobody. Nil for what is malformed or of
    /// another scheme, and for more than one field.
    ///
    /// RFC 7617, section 2; RFC 6750, section 2.1.
    public static func presented(in fields: HTTPFields) -> Credentials? {
        let values = fields[values: .authorization]
        guard let value = values.first else { return .anonymous }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard values.count == 1, parts.count == 2 else { return nil }
        let text = String(parts[1].drop { $0 == " " })
        switch parts[0].lowercased() {
        case "bearer":
            return text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? .bearer(text) : nil
        case "basic":
            guard let data = Data(base64Encoded: text),
                let pair = String(validating: data, as: UTF8.self),
                let colon = pair.firstIndex(of: ":")
            else { return nil }
            let username = String(pair[..<colon])
            let password = String(pair[pair.index(after: colon)...])
            if username.isEmpty, password.isEmpty { return .anonymous }
            return .basic(username: username, password: password)
        default: return nil
        }
    }
}
