/// One header block of a tar archive. POSIX.1-2017, pax, "ustar Interchange Format".
struct TarHeader {
    /// The type flags that make a difference here.
    enum Kind: Equatable {
        case file, hardLink, symbolicLink, directory
        /// Devices and FIFOs, which have no content whatever size they claim.
        case device
        case other
        /// pax: for the next member, and for all.
        case extended, globalExtended
        /// GNU: a name or link target that did not fit its field.
        case longName, longLink
    }

    var name: String
    var kind: Kind
    var size: Int64
    var linkName: String

    /// Reads a block of 512 bytes that is not all zeros. Throws ``OCIError`` (bad data).
    init(_ block: [UInt8]) throws(OCIError) {
        guard block.count == TarParser.blockSize else { throw TarParser.bad("is truncated") }
        try Self.check(block)
        kind = try Self.kind(block[156])
        size = try Self.number(block[124..<136])
        linkName = try Self.text(block[157..<257])
        name = try Self.text(block[0..<100])
        if block[257..<263].elementsEqual(Array("ustar\0".utf8)) {
            let prefix = try Self.text(block[345..<500])
            if !prefix.isEmpty { name = prefix + "/" + name }
        }
    }

    /// The sum of all bytes, the checksum's own counted as spaces; old programs summed signed.
    private static func check(_ block: [UInt8]) throws(OCIError) {
        var unsigned: Int64 = 0
        var signed: Int64 = 0
        for (index, byte) in block.enumerated() {
            let byte = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            unsigned += Int64(byte)
            signed += Int64(Int8(bitPattern: byte))
        }
        let stored = try number(block[148..<156])
        guard stored == unsigned || stored == signed else {
            throw TarParser.bad("has a header whose checksum is wrong")
        }
    }

    private static func kind(_ flag: UInt8) throws(OCIError) -> Kind {
        switch flag {
        case UInt8(ascii: "0"), 0, UInt8(ascii: "7"): .file
        case UInt8(ascii: "1"): .hardLink
        case UInt8(ascii: "2"): .symbolicLink
        case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): .device
        case UInt8(ascii: "5"): .directory
        case UInt8(ascii: "x"): .extended
        case UInt8(ascii: "g"): .globalExtended
        case UInt8(ascii: "L"): .longName
        case UInt8(ascii: "K"): .longLink
        case UInt8(ascii: "S"): throw TarParser.bad("has a sparse member, which images do not use")
        default: .other
        }
    }

    /// A number in octal digits, or in base 256 where the first bit is set (GNU).
    static func number(_ field: ArraySlice<UInt8>) throws(OCIError) -> Int64 {
        guard let first = field.first else { return 0 }
        if first & 0x80 != 0 {
            guard first & 0x40 == 0 else { throw TarParser.bad("has a negative number") }
            var value = Int64(first & 0x3f)
            for byte in field.dropFirst() {
                guard value <= Int64.max >> 8 else { throw TarParser.bad("has a number too large") }
                value = value << 8 | Int64(byte)
            }
            return value
        }
        func isBlank(_ byte: UInt8) -> Bool { byte == 0 || byte == UInt8(ascii: " ") }
        var value: Int64 = 0
        for byte in field.drop(while: isBlank).prefix(while: { !isBlank($0) }) {
            guard (0x30...0x37).contains(byte) else {
                throw TarParser.bad("has a number that is not octal")
            }
            value = value << 3 | Int64(byte - 0x30)
        }
        return value
    }

    /// Text up to the first NUL. Names that are not UTF-8 are kept as well as can be.
    static func text(_ field: ArraySlice<UInt8>) throws(OCIError) -> String {
        let bytes = field.prefix { $0 != 0 }
        guard bytes.count <= TarParser.nameLimit else { throw TarParser.bad("has a name too long") }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What extended headers say about the member that follows them.
struct TarExtension: Equatable {
    var path: String?
    var linkPath: String?
    var size: Int64?

    /// Takes pax records, each `LENGTH KEY=VALUE\n`. Throws ``OCIError`` (bad data).
    mutating func apply(pax content: [UInt8]) throws(OCIError) {
        var rest = content[...]
        while !rest.isEmpty {
            let digits = rest.prefix(8).prefix { ASCII.isDigit($0) }
            guard let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 2, length <= rest.count,
                rest.dropFirst(digits.count).first == UInt8(ascii: " "),
                rest.prefix(length).last == UInt8(ascii: "\n")
            else { throw TarParser.bad("has a malformed extended header") }
            let record = rest.prefix(length).dropFirst(digits.count + 1).dropLast()
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else {
                throw TarParser.bad("has a malformed extended header")
            }
            try set(
                String(decoding: record[..<equals], as: UTF8.self),
                String(decoding: record[(equals + 1)...], as: UTF8.self))
            rest = rest.dropFirst(length)
        }
    }

    private mutating func set(_ key: String, _ value: String) throws(OCIError) {
        switch key {
        case "path": path = value
        case "linkpath": linkPath = value
        case "size":
            guard value.utf8.allSatisfy(ASCII.isDigit), let number = Int64(value) else {
                throw TarParser.bad("has a size that is not a number")
            }
            size = number
        case _ where key.hasPrefix("GNU.sparse."):
            throw TarParser.bad("has a sparse member, which images do not use")
        default: break
        }
    }
}
