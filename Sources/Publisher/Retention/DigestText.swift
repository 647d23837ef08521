import OCIRegistry

/// Digests in text of any kind: what a reader of the format would find, and maybe more, never less.
enum DigestText {
    /// A digest and the line it is on, from 1.
    struct Place: Sendable, Hashable {
        var digest: Digest
        var line: Int
    }

    /// Every `sha256:` or `sha512:` with its hexadecimal digits. With `bare`, every run of 64 such digits:
    /// in-toto statements write `{"sha256": "…"}`.
    static func digests(in bytes: [UInt8], bare: Bool = false) -> [Place] {
        var found: [Place] = []
        var line = 1
        var start: Int?
        for (index, byte) in (bytes + [0]).enumerated() {
            let isHexadecimal = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            if isHexadecimal {
                start = start ?? index
                continue
            }
            if let first = start, index - first == 64 || index - first == 128 {
                let algorithm: Digest.Algorithm = index - first == 64 ? .sha256 : .sha512
                let prefix = Array("\(algorithm.rawValue):".utf8)
                let isNamed = bytes[..<first].suffix(prefix.count).elementsEqual(prefix)
                let hex = String(decoding: bytes[first..<index], as: UTF8.self)
                if isNamed || bare, let digest = Digest(algorithm, hex: hex) {
                    found.append(Place(digest: digest, line: line))
                }
            }
            start = nil
            if byte == 0x0a { line += 1 }
        }
        return found
    }
}
