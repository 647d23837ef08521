import CCrypt

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Password hashes as `htpasswd -B` makes them, computed by libxcrypt. crypt(5), "bcrypt".
enum Bcrypt {
    /// Bytes of a password that count; bcrypt takes no notice of more.
    static let passwordLimit = 72
    /// The cost of hashes made here: 2 to this power rounds, some tens of milliseconds.
    static let cost = 10
    /// Costs that are accepted, those of htpasswd. A higher one would keep a thread busy for
    /// seconds at each attempt.
    static let costs = 4...17

    /// The cost of a whole bcrypt hash, `$2y$10$` and 53 characters; nil for anything else.
    static func cost(of hash: String) -> Int? {
        let bytes = Array(hash.utf8)
        guard bytes.count == 60, ["$2a$", "$2b$", "$2y$"].contains(String(hash.prefix(4))),
            bytes[6] == UInt8(ascii: "$"), bytes[7...].allSatisfy(isDigit),
            bytes[4...5].allSatisfy({ (0x30...0x39).contains($0) }),
            let cost = Int(String(decoding: bytes[4...5], as: UTF8.self)), costs.contains(cost)
        else { return nil }
        return cost
    }

    /// Whether a password belongs to a hash. Takes tens of milliseconds.
    static func verify(_ password: String, _ hash: String) -> Bool {
        guard let computed = compute(password, setting: hash) else { return false }
        // As long for a near miss as for a far one.
        let (left, right) = (Array(computed.utf8), Array(hash.utf8))
        return left.count == right.count
            && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Takes as long as ``verify(_:_:)`` for a hash of this cost.
    static func waste(_ password: String, cost: Int) {
        let cost = cost < 10 ? "0\(cost)" : "\(cost)"
        _ = compute(password, setting: "$2y$\(cost)$abcdefghijklmnopqrstuu")
    }

    /// A new hash with a random salt; nil when libxcrypt refuses.
    static func hash(_ password: String) -> String? {
        var salt = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let random = (0..<16).map { _ in CChar.random(in: .min ... .max) }
        let setting = crypt_gensalt_rn(
            "$2y$", UInt(cost), random, CInt(random.count), &salt, CInt(salt.count))
        return setting.flatMap { compute(password, setting: String(cString: $0)) }
    }

    private static func compute(_ password: String, setting: String) -> String? {
        // To C a password ends at its first NUL, and others would match it.
        guard !password.utf8.contains(0) else { return nil }
        // 32 KiB, more than a small stack can spare. Freshly zeroed, as crypt_r wants it.
        let data = UnsafeMutablePointer<crypt_data>.allocate(capacity: 1)
        let size = MemoryLayout<crypt_data>.size
        _ = memset(data, 0, size)
        defer {
            explicit_bzero(data, size)
            data.deallocate()
        }
        guard let result = crypt_rn(password, setting, data, CInt(size)) else { return nil }
        return String(cString: result)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ".")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
