import FoundationEssentials

extension AuthFile {
    /// The credentials in an entry of `auths`; nil when it holds none, as Docker leaves behind for
    /// hosts whose credentials a helper keeps.
    ///
    /// Throws ``OCIError`` (configuration) for an `auth` that is not Base64 of `name:password`.
    func credentials(in fields: [String: JSONValue], host: RegistryHost) throws -> Credentials? {
        func text(_ name: String) -> String? {
            fields[name]?.string.flatMap { $0.isEmpty ? nil : $0 }
        }
        if let token = text("registrytoken") { return .bearer(token) }
        if let token = text("identitytoken") { return .identityToken(token) }
        if let auth = text("auth") {
            guard let decoded = Self.decode(auth: auth) else {
                throw malformed("'auth' of \(host) is not Base64 of 'name:password'", host: host)
            }
            return decoded
        }
        guard let username = text("username"), let password = text("password") else { return nil }
        return Credentials(username: username, password: password)
    }

    /// The fields that say the same as these credentials; nil for anonymous ones.
    static func fields(for credentials: Credentials) -> [String: JSONValue]? {
        switch credentials {
        case .anonymous: nil
        case .basic(let username, let password):
            ["auth": .string(Credentials.base64("\(username):\(password)"))]
        case .identityToken(let token):
            [
                "auth": .string(Credentials.base64("\(Credentials.identityTokenUsername):")),
                "identitytoken": .string(token),
            ]
        case .bearer(let token): ["registrytoken": .string(token)]
        }
    }

    private static func decode(auth: String) -> Credentials? {
        guard let data = Data(base64Encoded: auth, options: .ignoreUnknownCharacters) else {
            return nil
        }
        let bytes = [UInt8](data)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            let username = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self)
        else { return nil }
        // Docker of old padded the password with zero bytes.
        let padding = password.utf8.reversed().prefix { $0 == 0 }.count
        return Credentials(
            username: username,
            password: String(decoding: password.utf8.dropLast(padding), as: UTF8.self))
    }
}
