/// The names and values of a query or a form, in their order, repeated names included.
///
/// WHATWG URL, "application/x-www-form-urlencoded parsing".
struct FormFields: Sendable {
    /// Fields that a request may have.
    static let limit = 256

    private let pairs: [(name: String, value: String)]

    /// Takes a form apart; nil for malformed escapes, for what is not UTF-8, and for too many.
    init?(_ bytes: some Collection<UInt8>) {
        let parts = bytes.split(separator: UInt8(ascii: "&"))
        guard parts.count <= Self.limit else { return nil }
        var pairs: [(name: String, value: String)] = []
        for part in parts {
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = Self.decode(part[..<equals]),
                let value = Self.decode(part[equals...].dropFirst())
            else { return nil }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The query of a request's path; nil as for a form.
    init?(queryOf path: String) {
        let mark = path.firstIndex(of: "?") ?? path.endIndex
        self.init(Array(path[mark...].utf8.dropFirst()))
    }

    /// The first value of a name; nil when there is none, or an empty one.
    subscript(name: String) -> String? {
        pairs.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// Every value of a name.
    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    private static func decode(_ bytes: some Collection<UInt8>) -> String? {
        var plain: [UInt8] = []
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): plain.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit)
                else { return nil }
                plain.append(high << 4 | low)
            default: plain.append(byte)
            }
        }
        return String(validating: plain, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
