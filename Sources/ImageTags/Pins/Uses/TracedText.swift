/// A byte's place: in which of the files that are read together, and where in it.
struct Place: Sendable, Hashable {
    /// 0 for the file itself.
    var source: Int
    /// Bytes from the file's start.
    var offset: Int

    /// The place after this one.
    var next: Place { Place(source: source, offset: offset + 1) }
}

/// Text in which every byte knows where it stands in a file.
struct TracedText: Sendable, Hashable {
    var bytes: [UInt8] = []
    var places: [Place] = []

    init() {}

    /// Bytes of a file.
    init(_ bytes: ArraySlice<UInt8>, source: Int = 0) {
        self.bytes = Array(bytes)
        places = bytes.indices.map { Place(source: source, offset: $0) }
    }

    mutating func append(_ byte: UInt8, at place: Place) {
        bytes.append(byte)
        places.append(place)
    }

    mutating func append(_ other: TracedText) {
        bytes += other.bytes
        places += other.places
    }

    subscript(range: Range<Int>) -> TracedText {
        var part = TracedText()
        part.bytes = Array(bytes[range])
        part.places = Array(places[range])
        return part
    }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes of the file that a part of the text is, where it stands there in one piece.
    func span(_ range: Range<Int>) -> (source: Int, range: Range<Int>)? {
        guard let first = range.first, let last = range.last else { return nil }
        let start = places[first]
        let isWhole = range.allSatisfy {
            places[$0].source == start.source && places[$0].offset == start.offset + $0 - first
        }
        guard isWhole else { return nil }
        return (start.source, start.offset..<places[last].offset + 1)
    }
}
