import Console
import ImageTags
import OCIRegistry

/// What came of carrying out a plan.
struct ApplyReport: Sendable, Encodable {
    /// A digest and what is to be said of it.
    struct Note: Sendable, Encodable {
        var digest: Digest
        var note: String
    }

    /// What came of a repository.
    struct Part: Sendable, Encodable {
        /// `HOST/REPOSITORY`.
        var repository: String
        /// What was deleted, and is found to be gone.
        var deleted: [Digest] = []
        /// What an earlier run of this plan deleted.
        var earlier: [Digest] = []
        /// What was gone before.
        var gone: [Digest] = []
        /// What has changed since, and was left alone.
        var skipped: [Note] = []
        /// What could not be deleted.
        var failed: [Note] = []
        /// What a race took and was put back.
        var restored: [Note] = []
        /// What is not whole, and could not be put right.
        var broken: [Note] = []
        /// Whether the registry does not delete at all.
        var isUnsupported = false
        /// Bytes of what was deleted.
        var freed: Int64 = 0
    }

    var plan: Digest
    var journal: String
    var parts: [Part] = []
    /// Why the program is to fail.
    private(set) var error: OCIError?

    enum CodingKeys: CodingKey { case plan, journal, parts }

    init(plan: Digest, journal: String) {
        self.plan = plan
        self.journal = journal
    }

    /// Remembers the first error.
    mutating func note(_ error: OCIError) { self.error = self.error ?? error }

    /// Prints it and leaves the outputs of a workflow's step. Throws what the program is to fail with.
    func deliver(_ output: OutputOptions, _ session: Session) throws {
        if output.json {
            Terminal.write(JSON.encode(self, pretty: true) + [0x0a])
        } else {
            Terminal.write(text)
        }
        let deleted = parts.reduce(0) { $0 + $1.deleted.count }
        try StepOutput(environment: session.environment).write(
            values: [("deleted", "\(deleted)"), ("journal", journal)],
            summary: "### Pruned\n\n```\n\(text)```\n\n")
        if let error { throw error }
        let changed = parts.flatMap { $0.restored + $0.broken }
        if !changed.isEmpty {
            let isWhole = parts.allSatisfy(\.broken.isEmpty)
            throw Difference(
                message: "somebody else wrote at the same moment: "
                    + changed.map { "\($0.digest.short) \($0.note)" }.joined(separator: "; "),
                advice: isWhole
                    ? "look at what is named; 'publisher prune undo \(journal)' takes all of it back"
                    : "push again what is to name it: nothing here can mend what is broken")
        }
    }

    private var text: String {
        var text = ""
        for part in parts {
            text += "\(part.repository): \(part.deleted.count) deleted, "
            text += "\(Sizes.text(part.freed)) freed"
            if !part.earlier.isEmpty { text += ", \(part.earlier.count) by an earlier run" }
            if !part.gone.isEmpty { text += ", \(part.gone.count) gone before" }
            if part.isUnsupported { text += "; unsupported: the registry does not delete" }
            text += "\n"
            for (word, notes) in [
                ("skipped", part.skipped), ("failed", part.failed), ("restored", part.restored),
                ("broken", part.broken),
            ] {
                for note in notes.prefix(50) { text += "  \(word) \(note.digest): \(note.note)\n" }
                if notes.count > 50 { text += "  … and \(notes.count - 50) more \(word)\n" }
            }
        }
        return text + "journal: \(journal)\n"
    }
}
