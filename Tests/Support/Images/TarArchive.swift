/// A member of a tar archive, honest or not.
public struct TarEntry: Sendable {
    /// What the member is.
    public enum Kind: Sendable {
        /// A regular file.
        case file([UInt8])
        /// A directory.
        case directory
        /// A symbolic link to this target.
        case symbolicLink(String)
        /// A hard link to this earlier member.
        case hardLink(String)
        /// Any other type flag, such as `x` for a pax header.
        case other(Character, [UInt8])
    }

    /// What the header's size field says, where it does not say the truth.
    public enum SizeField: Sendable {
        /// Octal digits, as they stand.
        case octal(String)
        /// The binary form for large numbers; the first byte's top bit is set by the writer.
        case base256([UInt8])
    }

    /// The path, with a pax header where it is too long for ustar.
    public var path: String
    /// What the member is.
    public var kind: Kind
    /// The permission bits.
    public var mode = 0o644
    /// Overrides the size field.
    public var sizeField: SizeField?

    /// A member with its path and kind.
    public init(_ path: String, _ kind: Kind, sizeField: SizeField? = nil) {
        self.path = path
        self.kind = kind
        self.sizeField = sizeField
    }

    /// A regular file with this text.
    public static func text(_ path: String, _ text: String) -> TarEntry {
        TarEntry(path, .file(Array(text.utf8)))
    }
}

/// A writer of ustar archives; the same entries always give the same bytes.
public struct TarArchive: Sendable {
    /// The archive so far, without its end.
    public private(set) var members: [UInt8] = []

    /// An archive of these entries.
    public init(_ entries: [TarEntry] = []) { for entry in entries { add(entry) } }

    /// The archive with the two empty blocks that end it.
    public var bytes: [UInt8] { members + [UInt8](repeating: 0, count: 1024) }

    /// Adds a member.
    public mutating func add(_ entry: TarEntry) {
        if entry.path.utf8.count > 100 { addPaxHeader(for: entry.path) }
        let (flag, content, link): (Character, [UInt8], String) =
            switch entry.kind {
            case .file(let bytes): ("0", bytes, "")
            case .directory: ("5", [], "")
            case .symbolicLink(let target): ("2", [], target)
            case .hardLink(let target): ("1", [], target)
            case .other(let flag, let bytes): (flag, bytes, "")
            }
        members += header(entry, flag: flag, size: content.count, link: link)
        members += content
        members += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    private mutating func addPaxHeader(for path: String) {
        let rest = " path=\(path)\n".utf8.count
        var length = rest + String(rest).utf8.count
        if String(length).utf8.count > String(rest).utf8.count { length += 1 }
        let record = Array("\(length) path=\(path)\n".utf8)
        add(TarEntry("PaxHeader", .other("x", record)))
    }

    private func header(_ entry: TarEntry, flag: Character, size: Int, link: String) -> [UInt8] {
        var block: [UInt8] = []
        func put(_ text: String, width: Int) {
            let bytes = Array(text.utf8.prefix(width))
            block += bytes + [UInt8](repeating: 0, count: width - bytes.count)
        }
        put(entry.path, width: 100)
        put(octal(entry.mode, digits: 7), width: 8)
        put(octal(0, digits: 7), width: 8)
        put(octal(0, digits: 7), width: 8)
        switch entry.sizeField {
        case nil: put(octal(size, digits: 11), width: 12)
        case .octal(let text): put(text, width: 12)
        case .base256(let value):
            let field = [UInt8](repeating: 0, count: max(0, 12 - value.count)) + value.suffix(12)
            block += [field[0] | 0x80] + field.dropFirst()
        }
        put(octal(1_700_000_000, digits: 11), width: 12)
        put("        ", width: 8)
        put(String(flag), width: 1)
        put(link, width: 100)
        put("ustar\u{0}00", width: 8)
        put("root", width: 32)
        put("root", width: 32)
        put("", width: 8 + 8 + 155 + 12)
        let sum = octal(block.reduce(0) { $0 + Int($1) }, digits: 6)
        block.replaceSubrange(148..<156, with: Array("\(sum)\u{0} ".utf8))
        return block
    }

    private func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
