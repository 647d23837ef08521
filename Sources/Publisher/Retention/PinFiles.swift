import ImageTags
import OCIRegistry

/// What files need of repositories: every digest that stands in them, whatever it is of, and every tag
/// after the name of a repository. It reads text and knows no format, so that there is none in which a pin
/// could hide; that it finds too much does no harm.
struct PinFiles: Sendable {
    /// What the files need.
    private(set) var roots: [RetentionRoot] = []
    /// What could not be told.
    private(set) var warnings: [String] = []

    /// Reads the files that the patterns fit, from a folder.
    ///
    /// Throws ``OCIError`` (configuration) where a pattern fits no file, or a file cannot be read: then
    /// nobody knows what is needed.
    init(
        _ patterns: [String], folder: String, repositories: [RepositoryName]
    ) throws(OCIError) {
        let files = try RootFiles(patterns, of: "pins", folder: folder)
        for path in files.paths { take(try files.read(path), path, repositories) }
    }

    private mutating func take(
        _ bytes: [UInt8], _ path: String, _ repositories: [RepositoryName]
    ) {
        for place in DigestText.digests(in: bytes) {
            roots.append(RetentionRoot(.pin, place.digest, usedBy: "\(path):\(place.line)"))
        }
        let text = bytes[...]
        for repository in repositories {
            for mention in Mention.all(of: Array("\(repository)".utf8), in: text) {
                let place = "\(path):\(mention.line)"
                switch mention.what {
                case .tag(let tag):
                    var root = RetentionRoot(
                        .pin, SHA2.digest(of: []), usedBy: "\(repository):\(tag) in \(place)")
                    root.digest = nil
                    root.tag = tag
                    root.repository = repository
                    roots.append(root)
                case .variable:
                    warnings.append(
                        "\(place) names \(repository) by a variable: what it stands for is not kept by it"
                    )
                }
            }
        }
    }
}

/// A repository's name in a text.
private struct Mention {
    enum What {
        case tag(Tag)
        case variable
    }

    var what: What
    var line: Int

    /// Every place where a name stands that has a tag, a variable, or nothing after it.
    static func all(of name: [UInt8], in text: ArraySlice<UInt8>) -> [Mention] {
        var found: [Mention] = []
        var line = 1
        var index = text.startIndex
        while index < text.endIndex {
            defer { index += 1 }
            if text[index] == 0x0a { line += 1 }
            guard text[index] == name[0], text[index...].starts(with: name),
                index == text.startIndex || !isName(text[index - 1])
            else { continue }
            let rest = text[(index + name.count)...]
            if let what = what(rest) { found.append(Mention(what: what, line: line)) }
        }
        return found
    }

    private static func what(_ rest: ArraySlice<UInt8>) -> What? {
        guard let next = rest.first else { return latest }
        if next == UInt8(ascii: ":") {
            let after = rest.dropFirst()
            if after.first == UInt8(ascii: "$") { return .variable }
            let word = after.prefix { isTag($0) }
            return (try? Tag(String(decoding: word, as: UTF8.self))).map { .tag($0) }
        }
        if next == UInt8(ascii: "@") || next == UInt8(ascii: "/") || isTag(next) { return nil }
        return latest
    }

    private static var latest: What? { (try? Tag("latest")).map { .tag($0) } }

    /// What a name goes on with to its left: then it is another's end.
    private static func isName(_ byte: UInt8) -> Bool { isTag(byte) && byte != UInt8(ascii: ".") }

    private static func isTag(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte) || "._-".utf8.contains(byte)
    }
}
