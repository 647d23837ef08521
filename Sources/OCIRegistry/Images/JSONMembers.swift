/// The members of a JSON object, each value as the exact bytes it was written with: for hashes
/// that another program took over them.
struct JSONMembers {
    /// The values by name.
    var values: [String: ArraySlice<UInt8>] = [:]

    /// Splits an object; nil for anything that is not one, for a name that is given twice and for
    /// names with escapes, which have more than one spelling.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func skipBlanks() {
            rest = rest.drop { [0x20, 0x0a, 0x0d, 0x09].contains($0) }
        }
        func take(_ byte: Character) -> Bool {
            skipBlanks()
            guard let value = byte.asciiValue, rest.first == value else { return false }
            rest.removeFirst()
            return true
        }
        guard take("{") else { return nil }
        if !take("}") {
            repeat {
                skipBlanks()
                guard let name = Self.value(&rest), name.count >= 2, name.first == Self.quote,
                    !name.contains(UInt8(ascii: "\\")), take(":")
                else { return nil }
                skipBlanks()
                guard let value = Self.value(&rest),
                    values.updateValue(
                        value, forKey: String(decoding: name.dropFirst().dropLast(), as: UTF8.self))
                        == nil
                else { return nil }
            } while take(",")
            guard take("}") else { return nil }
        }
        skipBlanks()
        guard rest.isEmpty else { return nil }
    }

    /// The text of a member that is a string without escapes.
    func string(_ name: String) -> String? {
        guard let value = values[name], value.first == Self.quote,
            !value.contains(UInt8(ascii: "\\"))
        else { return nil }
        return String(decoding: value.dropFirst().dropLast(), as: UTF8.self)
    }

    /// The object with its members ordered by name and nothing between them.
    var sorted: [UInt8] {
        var bytes = [UInt8(ascii: "{")]
        for (name, value) in values.sorted(by: {
            $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }) {
            if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
            bytes += Array("\"\(name)\":".utf8) + value
        }
        return bytes + [UInt8(ascii: "}")]
    }

    private static let quote = UInt8(ascii: "\"")

    /// Takes one value off the front, however deeply nested, without recursion.
    private static func value(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var depth = 0
        var isInString = false
        var isEscaped = false
        var index = rest.startIndex
        scan: while index < rest.endIndex {
            let byte = rest[index]
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == quote {
                    isInString = false
                    if depth == 0 { index += 1; break scan }
                }
            } else {
                switch byte {
                case quote: isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { break scan }
                    depth -= 1
                    if depth == 0 { index += 1; break scan }
                case UInt8(ascii: ","), UInt8(ascii: ":"): if depth == 0 { break scan }
                default: break
                }
            }
            index += 1
        }
        guard depth == 0, !isInString, index > rest.startIndex else { return nil }
        defer { rest = rest[index...] }
        return rest[..<index]
    }
}
