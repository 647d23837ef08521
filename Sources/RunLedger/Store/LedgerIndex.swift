import CNative
import Glibc
import OCIRegistry

/// What is known of a ledger on this machine: a line of text for each record that was verified here. It
/// may be deleted at any time, and is made anew then.
///
/// A line once written is believed for its tag: a record never changes. Whether one was changed all the
/// same is what `run verify` finds out, which uses no index. Of a record that was looked at for digests that
/// it does not name, the line has only the digests; it is read again when more is asked for.
public struct LedgerIndex: Sendable {
    /// Bytes that an index may have; a larger one is made anew.
    static let limit = 256 << 20

    /// The file.
    public let path: String
    private let header: [UInt8]
    private(set) var bytes: [UInt8] = []

    /// The index of a ledger for these keys below a folder. What cannot be read, or is another ledger's, is
    /// as good as none.
    public init(folder: String, ledger: String, keys: [PublicKey]) {
        let trusted = keys.map(\.keyID).sorted().joined(separator: ",")
        let name = SHA2.digest(of: Array("\(ledger)\n\(trusted)".utf8)).hex.prefix(32)
        path = "\(folder)/\(name).tsv"
        header = Array("publisher.ledger-index.v1\t\(ledger)\t\(trusted)\n".utf8)
        if let read = Self.read(path), read.starts(with: header), read.last == 0x0a {
            bytes = read
        } else {
            bytes = header
        }
    }

    /// The folder for indexes, where the user has one.
    public static func folder(environment: [String: String]) -> String? {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        return (value("XDG_CACHE_HOME") ?? value("HOME").map { $0 + "/.cache" })
            .map { $0 + "/publisher/ledgers" }
    }

    /// The places of the lines, by the tags that they begin with.
    func lines() -> [(tag: String, place: Range<Int>)] {
        var found: [(tag: String, place: Range<Int>)] = []
        bytes.withUnsafeBufferPointer { all in
            guard let base = all.baseAddress else { return }
            var start = header.count
            while start < all.count, let end = memchr(base + start, 0x0a, all.count - start) {
                let stop = UnsafeRawPointer(end) - UnsafeRawPointer(base)
                if let tab = memchr(base + start, 0x09, stop - start) {
                    let length = UnsafeRawPointer(tab) - UnsafeRawPointer(base) - start
                    let tag = String(
                        decoding: UnsafeBufferPointer(start: base + start, count: length),
                        as: UTF8.self)
                    found.append((tag, start..<stop))
                }
                start = stop + 1
            }
        }
        return found
    }

    /// What is known of a record.
    enum Entry: Sendable {
        /// What it says.
        case row(LedgerRow)
        /// That it was signed as it is, and ``SealedRecord/hashes``.
        case sealed(Tag, String)
        /// That it names none of the digests that are looked for.
        case other
    }

    /// What a sealed record's line has after its tag.
    private static let seal = UInt8(ascii: "*")

    /// What is known of the record at a place; nil where that is too little for what is looked for, given by
    /// the hashes of digests, or for everything.
    func entry(_ place: Range<Int>, naming hashes: [[UInt8]]?) -> Entry? {
        let holds = bytes.withUnsafeBytes { all in
            hashes?.contains { hash in
                all.baseAddress.map {
                    cn_holds($0 + place.lowerBound, place.count, hash, hash.count) == 1
                } ?? false
            } ?? true
        }
        guard holds else { return .other }
        let line = bytes[place]
        let isSealed = line.drop { $0 != 0x09 }.dropFirst().first == Self.seal
        guard !isSealed else { return nil }
        return LedgerRow(line: String(decoding: line, as: UTF8.self)).map(Entry.row)
    }

    /// Adds records, keeps the lines at these places, and writes the file where that changes it. An index
    /// that cannot be written is no failure: the next one to ask reads the ledger again.
    mutating func update(keeping places: [Range<Int>]?, adding entries: [Entry]) {
        guard places != nil || !entries.isEmpty else { return }
        if let places {
            var kept = header
            for place in places { kept += bytes[place] + [0x0a] }
            bytes = kept
        }
        for entry in entries {
            switch entry {
            case .row(let row): bytes += Array("\(row.line)\n".utf8)
            case .sealed(let tag, let hashes):
                bytes += Array("\(tag)\t*\t\(hashes)\n".utf8)
            case .other: break
            }
        }
        try? LocalFile.replace(path, with: bytes, advice: "")
    }

    private static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_uid == geteuid(),
            (1...limit).contains(Int(status.st_size))
        else { return nil }
        return [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let got = Glibc.read(
                    file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                guard got > 0 else { break }
                count += got
            }
        }
    }
}
