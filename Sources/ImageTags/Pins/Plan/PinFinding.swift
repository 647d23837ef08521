public import OCIRegistry

/// A use of an image with how it stands, and what would be written.
public struct PinFinding: Sendable, Hashable {
    /// The use.
    public var use: ImageUse
    /// How it stands, before anything is written.
    public var verdict: PinVerdict
    /// What puts it right; nil where nothing is to be written.
    public var edit: PinEdit?
    /// The digest that it is pinned to once the edit is made.
    public var digest: Digest?

    /// Whether it is wrong and stays so.
    public var isOpen: Bool { verdict.isDifference && edit == nil }
}

/// Bytes of a file to be replaced.
public struct PinEdit: Sendable, Hashable {
    /// The file.
    public var path: String
    /// The bytes that go.
    public var range: Range<Int>
    /// What comes in their place.
    public var replacement: String

    /// An edit.
    public init(path: String, range: Range<Int>, replacement: String) {
        self.path = path
        self.range = range
        self.replacement = replacement
    }

    /// The edit that puts a digest in its place.
    public init(_ digest: Digest, at spot: PinSpot) {
        self.init(
            path: spot.path, range: spot.range,
            replacement: spot.isPinned ? "\(digest)" : "@\(digest)")
    }

    /// The bytes of a file with its edits made, in whatever order they come; the same one twice is made
    /// once. Throws ``OCIError`` (bad data) if they are not of this file: beyond its end, or one in
    /// another.
    public static func apply(
        _ edits: some Sequence<PinEdit>, to bytes: [UInt8]
    ) throws(OCIError) -> [UInt8] {
        let sorted = Set(edits).sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + sorted.count * 72)
        var done = 0
        var last: PinEdit?
        for edit in sorted {
            guard edit.range.lowerBound >= done, edit.range.upperBound <= bytes.count,
                last?.range.lowerBound != edit.range.lowerBound
            else {
                throw OCIError(
                    .badData, "edits do not fit the file at byte \(edit.range.lowerBound)",
                    subject: edit.path, advice: "read the file again")
            }
            result += bytes[done..<edit.range.lowerBound]
            result += edit.replacement.utf8
            done = edit.range.upperBound
            last = edit
        }
        return result + bytes[done...]
    }
}
