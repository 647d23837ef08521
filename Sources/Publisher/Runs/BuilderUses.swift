import FoundationEssentials
import OCIRegistry
import RunLedger
import Synchronization

/// The jobs that used a builder, and what became of what they made.
struct BuilderUses {
    /// An image that a job published.
    struct Made: Encodable, Sendable {
        /// What is known of its tags.
        enum State: String, Encodable, Sendable {
            /// Nobody has looked.
            case unknown
            case tagged, untagged, gone
        }

        var repository: String
        var digest: Digest
        /// The tags that it was published under.
        var publishedAs: [String]
        /// The tags that name it now.
        var tags: [String] = []
        var state = State.unknown
    }

    /// A job.
    struct Use: Encodable, Sendable {
        var run: String
        var attempt: Int
        var job: String
        var repository: String?
        var revision: String?
        var started: String
        var grade: Grade
        var builder: String?
        var records: [String]
        var made: [Made]
    }

    private(set) var uses: [Use] = []

    /// The jobs of these records, each once, the oldest first.
    init(_ rows: [LedgerRow]) {
        for row in rows {
            let builder = row.builderDigest.map { "\(row.builder ?? "")@\($0)" }
            let made = row.published.map {
                Made(repository: $0.repository, digest: $0.digest, publishedAs: $0.tags)
            }
            // Jobs of a matrix share their name: what tells them apart is when they began.
            let started = row.started.formatted(.iso8601)
            if let place = uses.lastIndex(where: {
                $0.run == row.run && $0.attempt == row.attempt && $0.job == row.job
                    && $0.started == started && $0.builder == builder
            }) {
                uses[place].records.append("\(row.tag)")
                uses[place].made += made
            } else {
                uses.append(
                    Use(
                        run: row.run, attempt: row.attempt, job: row.job,
                        repository: row.repository, revision: row.revision, started: started,
                        grade: row.grade, builder: builder, records: ["\(row.tag)"], made: made))
            }
        }
    }

    /// Looks up where what was made is tagged now. Throws ``OCIError``.
    mutating func lookUp(_ session: Session) async throws {
        let made = Dictionary(grouping: uses.flatMap(\.made), by: \.repository)
        var places: [String: Place] = [:]
        for (name, images) in made {
            let repository = session.repository(try Reference(parsing: name))
            places[name] = try await Place(repository, of: Set(images.map(\.digest)))
        }
        for place in uses.indices {
            for item in uses[place].made.indices {
                let made = uses[place].made[item]
                let tags = places[made.repository]?.tags[made.digest] ?? []
                let isThere = places[made.repository]?.untagged.contains(made.digest) == true
                uses[place].made[item].tags = tags.sorted()
                uses[place].made[item].state =
                    !tags.isEmpty ? .tagged : isThere ? .untagged : .gone
            }
        }
    }

    /// What a repository says of images.
    private struct Place {
        /// The tags that name an image.
        var tags: [Digest: [String]] = [:]
        /// The images that are there without.
        let untagged: Set<Digest>

        /// Asks about images, many requests at a time.
        init(_ repository: Repository, of images: Set<Digest>) async throws {
            let all = try await repository.tags() ?? []
            for (tag, digest) in try await repository.digests(of: all, parallel: Ledger.parallel) {
                tags[digest, default: []].append("\(tag)")
            }
            let found = Mutex<Set<Digest>>([])
            try await forEach(images.subtracting(tags.keys), parallel: Ledger.parallel) { image in
                if try await repository.digest("\(image)") != nil {
                    found.withLock { _ = $0.insert(image) }
                }
            }
            untagged = found.withLock { $0 }
        }
    }

    /// Columns for people, a line for each thing that was made.
    var text: String {
        guard !uses.isEmpty else { return "" }
        var table = Table()
        table.add(["STARTED", "RUN", "JOB", "GRADE", "MADE", "NOW"])
        for use in uses {
            let lead = [use.started, "\(use.run)/\(use.attempt)", use.job, use.grade.rawValue]
            if use.made.isEmpty { table.add(lead + ["-", "-"]) }
            for made in use.made {
                let now =
                    made.tags.isEmpty ? made.state.rawValue : made.tags.joined(separator: ", ")
                table.add(lead + ["\(made.repository)@\(made.digest)", now])
            }
        }
        return table.text
    }
}
