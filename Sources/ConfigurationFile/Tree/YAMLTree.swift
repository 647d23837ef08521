/// YAML as it stands in a file: every part with the bytes that it is made of, anchors, aliases and
/// several documents included, nothing resolved and nothing unfolded.
///
/// For files that belong to others and are to be changed in place. ``ConfigurationNode`` is for our own.
public final class YAMLTree: Sendable {
    /// What a part is.
    enum Kind: UInt8, Sendable { case scalar, list, mapping, alias }

    /// One part; its children follow it at once, a mapping's as key, value, key, value.
    struct Part: Sendable {
        var kind: Kind
        var style: YAMLScalar.Style
        /// Whether `range` holds the very text of a scalar.
        var isVerbatim: Bool
        /// The bytes of a scalar's content, without quotes; of anything else where it starts.
        var range: Range<Int>
        /// The index of the first part that is not within this one.
        var end: Int
        /// Where an alias leads, or where the text of a scalar that is not verbatim stands.
        var other: Int
    }

    /// Why reading stopped, and in which line, from 1.
    public struct Problem: Sendable, Hashable {
        /// The line, from 1.
        public var line: Int
        /// What is wrong, without a full stop.
        public var message: String
    }

    /// The file's bytes.
    public let bytes: [UInt8]
    let parts: [Part]
    let texts: [String]
    let roots: [Int]
    /// Why not all of the file could be read; the documents before it are there.
    public let problem: Problem?

    /// Reads a file, as far as it is YAML.
    public init(_ bytes: [UInt8]) {
        var reader = YAMLTreeReader(bytes)
        reader.read()
        self.bytes = bytes
        (parts, texts) = (reader.parts, reader.texts)
        (roots, problem) = (reader.roots, reader.problem)
    }

    /// The documents in order.
    public var documents: [YAMLPart] { roots.map { YAMLPart(tree: self, index: $0) } }

    /// Every mapping of a document, from the outside in, wherever it stands.
    public func mappings(of document: YAMLPart) -> [YAMLPart] {
        (document.index..<parts[document.index].end).lazy.filter { self.parts[$0].kind == .mapping }
            .map { YAMLPart(tree: self, index: $0) }
    }
}

/// A text in a YAML file.
public struct YAMLScalar: Sendable, Hashable {
    /// How it is written.
    public enum Style: UInt8, Sendable { case plain, single, double, literal, folded }

    /// Its value.
    public var text: String
    /// How it is written.
    public var style: Style
    /// The bytes of the file that hold the value, quotes not among them.
    public var range: Range<Int>
    /// Whether those bytes are the value, letter by letter: no escapes, nothing folded.
    public var isVerbatim: Bool
}
