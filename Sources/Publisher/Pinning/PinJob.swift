import FoundationEssentials
import Glibc
import ImageTags
import OCIRegistry

/// The work of `publisher pin`: find, resolve, decide; then write, or show, or check.
struct PinJob: Sendable {
    /// What is done with what was decided.
    enum Action: Sendable { case write, show, check }

    let tree: SourceTree
    let plan: PinPlan
    let action: Action
    /// The lockfile, from the top.
    let lockfile: String

    /// Does it all, as far as it can; what cannot be is in the report.
    ///
    /// Throws ``OCIError`` where the tree or the lockfile cannot be read.
    func run(
        _ resolver: (_ uses: [ImageUse], _ known: ImageFacts) async throws -> ImageResolver.Answer
    ) async throws -> PinReport {
        let reading = try await TreeReading(tree)
        let previous = try lock()
        let answer =
            plan.mode == .locked
            ? .init(facts: previous?.facts ?? ImageFacts())
            : try await resolver(reading.uses, previous?.digestFacts ?? ImageFacts())
        var report = PinReport(
            action, findings: plan.findings(reading.uses, answer.facts), reading: reading,
            failures: answer.failures)
        if plan.mode == .locked, previous == nil {
            report.lockProblem = "\(lockfile) is not there: 'publisher pin' makes it"
        }
        switch action {
        case .check:
            if plan.mode == .check, let previous {
                let current = renewed(previous, report.findings, answer.facts)
                if current != previous {
                    report.lockProblem =
                        "\(lockfile) is not of these files: 'publisher pin' renews it"
                }
            }
        case .show: try show(&report)
        case .write:
            try write(&report)
            let lock = renewed(previous ?? Lockfile(), report.findings, answer.facts)
            if lock != previous, previous != nil || !lock.images.isEmpty {
                try LocalFile.replace(
                    tree.top + lockfile, with: lock.rendered, mode: .readableByAll,
                    what: "the lockfile",
                    advice: "see who may write there, then run again")
                report.lockWritten = true
            }
        }
        return report
    }

    private func lock() throws(OCIError) -> Lockfile? {
        let path = tree.top + lockfile
        let file = try LocalFile.read(path, limit: Lockfile.sizeLimit, what: "the lockfile")
        return try file.map { file throws(OCIError) in
            try Lockfile(parsing: file.bytes, path: lockfile)
        }
    }

    /// The lockfile after this run: what other paths use, when only some were looked at, stays.
    private func renewed(
        _ previous: Lockfile, _ findings: [PinFinding], _ facts: ImageFacts
    ) -> Lockfile {
        let now = Date().formatted(.iso8601)
        var lock = Lockfile(findings, facts, previous: previous, now: now)
        for (name, entry) in previous.images {
            let others = entry.uses.filter { !tree.includes($0.key) }
            guard !others.isEmpty else { continue }
            if lock.images[name] == nil {
                lock.images[name] = entry
                lock.images[name]?.uses = others
            } else {
                lock.images[name]?.uses.merge(others) { found, _ in found }
            }
        }
        return lock
    }

    private func show(_ report: inout PinReport) throws {
        for (path, edits) in report.edits {
            guard let file = report.reading.files[path] else { continue }
            report.patch += try PinEdit.patch(edits, to: file.bytes, path: path)
        }
    }

    /// Writes every file that has edits. One that has changed since it was read is left alone.
    private func write(_ report: inout PinReport) throws {
        for (path, edits) in report.edits {
            try Task.checkCancellation()
            guard let file = report.reading.files[path],
                (try? SourceFile(path, in: tree))?.bytes == file.bytes
            else {
                report.leaveAlone(path)
                continue
            }
            try LocalFile.replace(
                tree.top + path, with: try PinEdit.apply(edits, to: file.bytes), mode: file.mode,
                // The tree is under version control, and 2,000 waits for the disk are seconds.
                isSynced: false, what: "the file", advice: "see who may write there, then run again"
            )
        }
    }
}
