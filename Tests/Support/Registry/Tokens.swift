import Glibc

/// What a client may do with a repository.
struct TokenScope: Sendable, Hashable {
    var repository: String
    var action: String
}

/// The tokens that a registry has handed out.
struct TokenBook: Sendable {
    private struct Token: Sendable {
        var scopes: Set<TokenScope>
        var requestsLeft: Int?
        var deadline: Double?
    }

    private var tokens: [String: Token] = [:]
    private(set) var issued = 0

    mutating func issue(_ scopes: Set<TokenScope>, _ lifetime: TokenAuth.Lifetime) -> String {
        issued += 1
        var token = Token(scopes: scopes)
        switch lifetime {
        case .unlimited: break
        case .requests(let count): token.requestsLeft = count
        case .seconds(let seconds): token.deadline = now() + seconds
        }
        let text = "scripted-token-\(issued)"
        tokens[text] = token
        return text
    }

    mutating func revokeAll() { tokens = [:] }

    /// What the token allows, counting this use; nil if it is unknown or has expired.
    mutating func use(_ text: String) -> Set<TokenScope>? {
        guard var token = tokens[text] else { return nil }
        if let deadline = token.deadline, now() >= deadline { return nil }
        if let left = token.requestsLeft {
            guard left > 0 else { return nil }
            token.requestsLeft = left - 1
            tokens[text] = token
        }
        return token.scopes
    }

    private func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The value of a Basic `Authorization` header.
func basicAuthorization(user: String, password: String) -> String {
    "Basic " + base64(Array("\(user):\(password)".utf8))
}

/// Bytes in Base64, with padding.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
        for place in 0..<4 {
            let isPadding = place > group.count
            let digit = Int(bits >> UInt32(18 - 6 * place) & 63)
            text.append(isPadding ? UInt8(ascii: "=") : alphabet[digit])
        }
    }
    return String(decoding: text, as: UTF8.self)
}
