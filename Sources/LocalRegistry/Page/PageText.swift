import Mustache

/// Escapes text for HTML, one Unicode scalar at a time.
///
/// Mustache's own escaping compares characters, so that a quotation mark followed by a combining
/// accent is not seen as a quotation mark and would end an attribute. Characters that change how
/// the text around them is read or that cannot be seen are written out: a label must not be able
/// to turn a digest round.
struct PageText: MustacheContentType {
    /// The name under which templates ask for it.
    static let name = "PAGE"

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\t": escaped.append(scalar)
            case _ where Self.deceives(scalar):
                let code = String(scalar.value, radix: 16, uppercase: true)
                escaped.append(contentsOf: "\\u{\(code)}".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// Controls, marks and overrides of direction, tags, and what is no character.
    private static func deceives(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1f, 0x7f...0x9f, 0xad, 0x61c, 0x180e, 0x200b, 0x200e...0x200f: true
        case 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb: true
        case 0xe0000...0xe007f: true
        default: scalar.properties.isNoncharacterCodePoint
        }
    }

    /// Text from outside, cut so that no label fills a page.
    static func clip(_ text: String, to limit: Int = 1000) -> String {
        // Scalars, since a single character may be of any length.
        let scalars = text.unicodeScalars
        guard
            let end = scalars.index(
                scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
            end != scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }
}
