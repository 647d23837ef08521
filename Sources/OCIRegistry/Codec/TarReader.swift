/// A member of a tar archive. POSIX pax interchange format, ustar, and GNU's extensions.
public struct TarEntry: Sendable, Equatable {
    /// What a member is.
    public enum Kind: Sendable, Equatable {
        case file
        /// Another name for a member, `target` relative to the archive's root.
        case hardLink(target: String)
        /// A link to a path, `target` relative to the link's own directory.
        case symbolicLink(target: String)
        case directory
        /// A device, a FIFO or something of which only the size matters here.
        case other
    }

    /// Its path within the archive: relative, without `.` or `..`, never ending in `/`.
    public var name: String
    /// What it is; link targets are as written.
    public var kind: Kind
    /// Its content's size in bytes.
    public var size: Int64
    /// Where its content begins in the archive, in bytes.
    public var offset: Int64

    /// Where the next header is, in bytes from the archive's beginning.
    var end: Int64 { offset + size + Self.padding(after: size) }

    /// The bytes that fill up the last block of a content of `size` bytes.
    static func padding(after size: Int64) -> Int64 { -size & 511 }
}

/// Understands the headers of a tar archive, one after another; whoever drives it does the
/// reading. Bounds names, extended headers and the number of members.
struct TarParser {
    /// What to do after a header.
    enum Step: Equatable {
        /// Read so many bytes (and their padding) and give them to ``extend(with:)``.
        case extended(size: Int)
        /// A member, its content right behind the header.
        case entry(TarEntry)
        /// A block of zeros: the end when another follows, or nothing.
        case zeros
    }

    static let blockSize = 512
    static let nameLimit = 4096
    static let extendedLimit = 1 << 20
    /// How many members an archive may have.
    var entryLimit = 100_000

    private var pending = TarExtension()
    private var expecting: TarHeader.Kind?
    private var extensionsInARow = 0
    private var entries = 0
    private var sawZeros = false

    /// Whether the archive may end here.
    var mayEnd: Bool { extensionsInARow == 0 }

    /// Takes the header block at `position`. Throws ``OCIError`` (bad data).
    mutating func header(_ block: [UInt8], at position: Int64) throws(OCIError) -> Step {
        if block.allSatisfy({ $0 == 0 }) {
            guard mayEnd else { throw Self.bad("ends after an extended header") }
            sawZeros = true
            return .zeros
        }
        guard !sawZeros else { throw Self.bad("has something after its end") }
        let header = try TarHeader(block)
        switch header.kind {
        case .extended, .globalExtended, .longName, .longLink:
            extensionsInARow += 1
            let isLong = header.kind == .longName || header.kind == .longLink
            let limit = isLong ? Self.nameLimit + 1 : Self.extendedLimit
            guard header.size <= limit, extensionsInARow <= 8 else {
                throw Self.bad("has an extended header of absurd size")
            }
            expecting = header.kind
            return .extended(size: Int(header.size))
        default:
            entries += 1
            guard entries <= entryLimit else {
                throw Self.bad("has more than \(entryLimit) members")
            }
            defer { (pending, extensionsInARow) = (TarExtension(), 0) }
            return .entry(try entry(header, at: position + Int64(Self.blockSize)))
        }
    }

    /// Takes the content of the extended header that was announced. Throws ``OCIError`` (bad data).
    mutating func extend(with content: [UInt8]) throws(OCIError) {
        switch expecting {
        case .longName: pending.path = try TarHeader.text(content[...])
        case .longLink: pending.linkPath = try TarHeader.text(content[...])
        case .extended: try pending.apply(pax: content)
        case .globalExtended:
            var global = TarExtension()
            try global.apply(pax: content)
            guard global == TarExtension() else {
                throw Self.bad("gives all members one name or size in a global header")
            }
        default: break
        }
        expecting = nil
    }

    private func entry(_ header: TarHeader, at offset: Int64) throws(OCIError) -> TarEntry {
        let size = pending.size ?? header.size
        guard size <= Int64.max - offset - 1024 else {
            throw Self.bad("has a member of absurd size")
        }
        let name = try TarPath.normalise(pending.path ?? header.name)
        let target = pending.linkPath ?? header.linkName
        guard target.utf8.count <= Self.nameLimit else { throw Self.bad("has a name too long") }
        let kind: TarEntry.Kind =
            switch header.kind {
            case .file: (pending.path ?? header.name).hasSuffix("/") ? .directory : .file
            case .hardLink: .hardLink(target: target)
            case .symbolicLink: .symbolicLink(target: target)
            case .directory: .directory
            default: .other
            }
        // Links and directories have no content, whatever size they claim.
        let hasContent = header.kind == .file || header.kind == .other
        return TarEntry(name: name, kind: kind, size: hasContent ? size : 0, offset: offset)
    }

    static func bad(_ why: String) -> OCIError { OCIError(.badData, "the tar archive \(why)") }
}

/// Paths within an archive.
enum TarPath {
    /// A relative path without `.`, `..` and doubled slashes. Throws ``OCIError`` (bad data) for
    /// an absolute path and one that leaves the archive.
    static func normalise(_ path: String) throws(OCIError) -> String {
        guard path.utf8.count <= TarParser.nameLimit else {
            throw TarParser.bad("has a name too long")
        }
        guard !path.hasPrefix("/") else {
            throw TarParser.bad("has the absolute path '\(path.prefix(200))'")
        }
        guard !path.utf8.contains(0) else { throw TarParser.bad("has a name with a NUL byte") }
        var components: [Substring] = []
        for component in path.split(separator: "/") where component != "." {
            if component != ".." {
                components.append(component)
            } else if components.popLast() == nil {
                throw TarParser.bad("has the path '\(path.prefix(200))', which leaves it")
            }
        }
        return components.joined(separator: "/")
    }
}
