import FoundationEssentials
import Glibc
import ImageTags
import OCIRegistry
import Synchronization
import SystemPackage

/// What a prune deletes, written and flushed before each call: from it a broken-off prune goes on, and a
/// finished one is taken back. JSON, one line an entry.
final class PruneJournal: Sendable {
    /// What sort of document it is.
    static let format = "publisher.prune-journal.v1"

    /// The first line.
    struct Header: Sendable, Hashable, Codable {
        var type = PruneJournal.format
        /// The plan that is carried out.
        var plan: Digest
        /// When it was begun.
        var started: Instant

        enum CodingKeys: String, CodingKey {
            case type = "_type"
            case plan, started
        }
    }

    /// A manifest that is about to be deleted: all that brings it back.
    struct Entry: Sendable, Hashable, Codable {
        /// `HOST/REPOSITORY`.
        var repository: String
        var dialect: RetentionDialect
        var digest: Digest
        var mediaType: MediaType
        /// Every tag on it.
        var tags: [Tag]
        /// Whether it is held by its digest too.
        var isListed: Bool
        /// Its very bytes.
        var manifest: Data
    }

    /// A call that is about to be made, and what came of it.
    struct Call: Sendable, Hashable, Codable {
        var repository: String
        var digest: Digest
        /// The tag or digest that is deleted.
        var selector: String
        /// Nil before the call.
        var outcome: String?
    }

    /// What is to stay in a repository, noted before anything is deleted there: a call can take a tag along
    /// that is moved at that moment, and only this tells what it named.
    struct Look: Sendable, Codable {
        var repository: String
        /// What each tag that stays names.
        var tags: [String: Digest]
    }

    struct Line: Sendable, Codable {
        var header: Header?
        var look: Look?
        var entry: Entry?
        var call: Call?
        /// A repository in which everything that stays was looked after, after all that stands before this.
        var checked: String?
    }

    /// Where it is.
    let path: String
    private let file: Int32
    private let lock = Mutex(())

    /// Opens a journal for one plan: a new one, or the one that an earlier run of it left, without the line
    /// that it may have left unfinished. Nobody else can open it meanwhile.
    ///
    /// Throws ``OCIError``: configuration where it cannot be opened, usage where it is of another plan or
    /// in use.
    init(_ path: String, for plan: Digest) throws {
        self.path = path
        file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(path, errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw OCIError(
                .usage, "another prune is at work with this journal", subject: path,
                advice: "wait for it to end")
        }
        do {
            try begin(plan)
        } catch {
            close(file)
            throw error
        }
    }

    deinit { close(file) }

    private func begin(_ plan: Digest) throws {
        guard let there = try JournalReading(path) else {
            guard ftruncate(file, 0) == 0 else { throw Self.failure(path, errno) }
            return try write(
                [Line(header: Header(plan: plan, started: PruneSurvey.now))], flush: true)
        }
        guard there.header.plan == plan else {
            throw OCIError(
                .usage, "the journal is of another plan, \(there.header.plan)", subject: path,
                advice: "name another file with --journal; this one takes that plan back")
        }
        guard ftruncate(file, off_t(there.wholeBytes)) == 0 else {
            throw Self.failure(path, errno)
        }
    }

    /// Notes what is to stay. It is on the disk when this returns.
    func note(_ look: Look) throws { try write([Line(look: look)], flush: true) }

    /// Notes a manifest that is about to go. It is on the disk when this returns.
    func note(_ entry: Entry) throws { try write([Line(entry: entry)], flush: true) }

    /// Notes a call that is about to be made. It is on the disk when this returns.
    func note(_ call: Call) throws { try write([Line(call: call)], flush: true) }

    /// Notes what came of a call.
    func note(_ call: Call, _ outcome: String) throws {
        var call = call
        call.outcome = outcome
        try write([Line(call: call)], flush: false)
    }

    /// Notes that everything that stays in a repository was looked after.
    func noteChecked(_ repository: String) throws {
        try write([Line(checked: repository)], flush: false)
    }

    private func write(_ lines: [Line], flush: Bool) throws {
        let bytes: [UInt8] = lines.flatMap { JSON.encode($0) + [0x0a] }
        try lock.withLock { _ in
            do {
                try FileDescriptor(rawValue: file).writeAll(bytes)
                guard !flush || fsync(file) == 0 else { throw Errno(rawValue: errno) }
            } catch {
                throw Self.failure(path, (error as? Errno)?.rawValue ?? EIO)
            }
        }
    }

    private static func failure(_ path: String, _ number: Int32) -> OCIError {
        OCIError(
            .configuration,
            "the journal cannot be read or written: \(String(cString: strerror(number)))",
            subject: path, advice: "name another file with --journal; without it nothing is deleted"
        )
    }
}

/// A journal as it was left.
struct JournalReading: Sendable {
    private static let limit = 1 << 30

    var header: PruneJournal.Header
    /// What was to go, in the order in which it was noted; each once.
    var entries: [PruneJournal.Entry] = []
    /// The calls that were made, or were about to be.
    var calls: [PruneJournal.Call] = []
    /// By repository: what each tag that was to stay named when it was last looked at, as long as nobody has
    /// looked after them since.
    var unchecked: [String: [String: Digest]] = [:]
    /// Bytes of its whole lines.
    var wholeBytes = 0
    /// Whether something follows them: what wrote it was ended, or it is not all of it.
    var isUnfinished = false

    /// Reads a journal; nil where there is none, or nothing in it.
    ///
    /// Throws ``OCIError`` (bad data) for anything else than a journal, but for an unfinished last line.
    init?(_ path: String) throws {
        guard let bytes = try LocalFile.read(path, limit: Self.limit, what: "the journal")?.bytes,
            let end = bytes.lastIndex(of: 0x0a)
        else { return nil }
        wholeBytes = end + 1
        isUnfinished = wholeBytes < bytes.count
        let lines = bytes[...end].split(separator: 0x0a)
        let decoded = try lines.enumerated().map { number, line in
            try JSON.decode(
                PruneJournal.Line.self, from: line, what: "line \(number + 1) of \(path)")
        }
        guard let header = decoded.first?.header, header.type == PruneJournal.format else {
            throw OCIError(
                .badData, "it is no journal of \(PruneJournal.format)", subject: path,
                advice: "name the file that 'publisher prune apply' wrote")
        }
        self.header = header
        var seen: Set<String> = []
        for line in decoded {
            if let entry = line.entry, seen.insert("\(entry.repository)@\(entry.digest)").inserted {
                entries.append(entry)
            }
            if let call = line.call { calls.append(call) }
            if let look = line.look {
                unchecked[look.repository, default: [:]].merge(look.tags) { $1 }
            }
            if let repository = line.checked { unchecked[repository] = nil }
        }
    }
}
