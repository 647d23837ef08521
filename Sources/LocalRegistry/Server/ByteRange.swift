/// Which bytes of a blob a `Range` field asks for. RFC 9110, section 14.
enum ByteRange: Equatable {
    /// All of them: no field, one that is not understood, or several ranges at once, which a server
    /// may ignore.
    case whole
    /// These.
    case part(Range<Int64>)
    /// None that there are: 416.
    case unsatisfiable

    /// Reads a field for content of `size` bytes.
    init(_ field: String?, size: Int64) {
        self = .whole
        guard let field, field.lowercased().hasPrefix("bytes=") else { return }
        let parts = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, !field.contains(",") else { return }
        switch (Self.number(parts[0]), Self.number(parts[1])) {
        case (nil, let count?) where parts[0].isEmpty:
            self = count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (let first?, nil) where parts[1].isEmpty:
            self = first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?):
            self =
                first <= last && first < size
                ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
        default: return
        }
    }

    private static func number(_ text: Substring) -> Int64? {
        text.isDigits ? Int64(text) ?? .max : nil
    }
}

extension Substring {
    /// Whether these are decimal digits alone: a number's initialiser takes a sign too.
    fileprivate var isDigits: Bool {
        !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// Where a chunk belongs: `Content-Range: START-END`, which registries write without a unit.
///
/// OCI distribution-spec, "Pushing a blob in chunks".
struct ChunkRange: Equatable {
    let start: Int64
    let end: Int64

    /// Nil when the field is not of that form. A leading `bytes ` and a trailing `/SIZE` are let pass.
    init?(_ field: String) {
        var text = field[...]
        if text.hasPrefix("bytes ") { text = text.dropFirst(6) }
        if let slash = text.firstIndex(of: "/") { text = text[..<slash] }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        // The end is below the largest number, so that a length can be computed from it.
        guard parts.count == 2, parts.allSatisfy(\.isDigits), let start = Int64(parts[0]),
            let end = Int64(parts[1]), end >= start, end < .max
        else { return nil }
        self.start = start
        self.end = end
    }
}
