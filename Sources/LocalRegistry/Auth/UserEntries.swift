public import OCIRegistry
import SystemPackage

/// The lines of a file of users: `name:hash`, comments that start with `#`, empty ones.
struct UserEntries: Sendable {
    /// The bcrypt hash of each user.
    private(set) var hashes: [String: String] = [:]
    /// The highest cost of all hashes: what an attempt at an unknown user is made to cost.
    private(set) var cost = 0

    /// Takes a file apart. Throws ``OCIError`` (configuration) naming file, line and cure, but no
    /// hash.
    init(_ bytes: [UInt8], path: String) throws(OCIError) {
        for (index, line) in Self.lines(bytes).enumerated() {
            func malformed(_ reason: String, _ cure: String) -> OCIError {
                OCIError(
                    .configuration, "line \(index + 1): \(reason)", subject: path, advice: cure)
            }
            guard let text = String(validating: line, as: UTF8.self) else {
                throw malformed("it is not UTF-8", "correct the line or remove it")
            }
            guard let (user, hash) = Self.entry(text) else {
                if text.allSatisfy(\.isWhitespace) || text.hasPrefix("#") { continue }
                throw malformed(
                    "it is not of the form 'name:hash'", "correct the line or remove it")
            }
            guard let cost = Bcrypt.cost(of: hash) else {
                throw malformed(
                    "the hash is not bcrypt of a cost from \(Bcrypt.costs.lowerBound) to "
                        + "\(Bcrypt.costs.upperBound)",
                    "write it anew: htpasswd -B '\(path)' NAME, or local-registry user add")
            }
            guard hashes.updateValue(hash, forKey: user) == nil else {
                throw malformed("this user has a line already", "remove one of the two")
            }
            self.cost = max(self.cost, cost)
        }
        if cost == 0 { cost = Bcrypt.cost }
    }

    /// The file with one user's line replaced, or added at its end; all else stays as it is.
    static func setting(_ user: String, to hash: String, in bytes: [UInt8]) -> [UInt8] {
        var lines = lines(bytes).map(Array.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let line = Array("\(user):\(hash)".utf8)
        let place = lines.firstIndex { entry(String(decoding: $0, as: UTF8.self))?.user == user }
        if let place { lines[place] = line } else { lines.append(line) }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    private static func entry(_ line: String) -> (user: String, hash: String)? {
        guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":"), colon > line.startIndex
        else { return nil }
        let rest = line[line.index(after: colon)...]
        let hash = rest.prefix { !$0.isWhitespace }
        guard rest[hash.endIndex...].allSatisfy(\.isWhitespace) else { return nil }
        return (String(line[..<colon]), String(hash))
    }
}

extension UserFile {
    /// Writes a user's entry into a file, in place of the one that was there or as a new one. The
    /// file is replaced in one step and gets mode 0600. Takes tens of milliseconds.
    ///
    /// Throws ``OCIError``: usage for a name or password that cannot be used, configuration for a
    /// file that cannot be read or written. None shows the password.
    public static func add(
        user: String, password: String, to path: String
    ) throws(OCIError) {
        let isPlain = user.unicodeScalars.allSatisfy {
            $0 != ":" && ($0.properties.generalCategory != .control)
        }
        let isOutside = user.first?.isWhitespace ?? true || user.last?.isWhitespace ?? true
        guard isPlain, !isOutside, !user.hasPrefix("#"), user.utf8.count <= 255 else {
            throw OCIError(
                .usage, "this cannot be a user's name",
                advice: "use up to 255 bytes without ':' and control characters, "
                    + "not starting with '#' or a space")
        }
        guard !password.isEmpty, password.utf8.count <= Bcrypt.passwordLimit,
            !password.utf8.contains(0)
        else {
            throw OCIError(
                .usage, "this cannot be a password",
                advice: "use 1 to \(Bcrypt.passwordLimit) bytes without NUL: "
                    + "bcrypt takes no notice of more")
        }
        let old = try GuardedFile.read(path)?.bytes ?? []
        _ = try UserEntries(old, path: path)
        guard let hash = Bcrypt.hash(password) else {
            throw OCIError(
                .configuration, "the system's libcrypt does not offer bcrypt",
                advice: "install libxcrypt")
        }
        let new = UserEntries.setting(user, to: hash, in: old)
        try LocalFile.replace(path, with: new, mode: [.ownerReadWrite])
    }
}
