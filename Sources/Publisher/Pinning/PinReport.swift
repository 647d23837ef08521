import ArgumentParser
import Console
import ImageTags
import OCIRegistry

/// What `publisher pin` tells.
struct PinReport: Sendable {
    /// What was asked for.
    let action: PinJob.Action
    /// Every use of an image.
    var findings: [PinFinding]
    /// What was read.
    var reading: TreeReading
    /// The registries that could not be asked.
    var failures: [RegistryHost: OCIError]
    /// What is wrong with the lockfile.
    var lockProblem: String?
    /// Whether the lockfile was written.
    var lockWritten = false
    /// What would be written, where that was asked for.
    var patch: [UInt8] = []
    /// Files that changed while they were looked at, and were left alone.
    private(set) var changed: [String] = []

    init(
        _ action: PinJob.Action, findings: [PinFinding], reading: TreeReading,
        failures: [RegistryHost: OCIError]
    ) {
        self.action = action
        self.findings = findings
        self.reading = reading
        self.failures = failures
    }

    /// What is to be written, by file.
    var edits: [(path: String, edits: [PinEdit])] {
        Dictionary(grouping: findings.compactMap(\.edit), by: \.path)
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Takes back what was to be written to a file.
    mutating func leaveAlone(_ path: String) {
        changed.append(path)
        for index in findings.indices where findings[index].edit?.path == path {
            findings[index].edit = nil
            findings[index].digest = findings[index].use.reference?.digest
        }
    }

    // MARK: Telling

    private struct Entry: Encodable {
        var path: String
        var line: Int
        var column: Int
        var kind: ImageUse.Kind
        var written: String
        var reference: String?
        var verdict: String
        var digest: Digest?
        var changed: Bool
        var open: Bool
    }

    private struct Problem: Encodable {
        var path: String
        var line: Int
        var message: String
    }

    private struct Document: Encodable {
        var type = "publisher.pin.v1"
        var passed: Bool
        var files: Int
        var passedOver: SourceTree.PassedOver
        var images: [Entry]
        var problems: [Problem]
        var failures: [String]
        var lockfile: String?
        var requests: [String: Int]
    }

    /// Prints what changed and what is open, or the patch, or the document; and a summary.
    ///
    /// Throws ``OCIError`` (bad data) where a file could not be read, unreachable where a registry could not
    /// be; `ExitCode` 11 where a reference stays as it should not be.
    func deliver(_ output: OutputOptions, requests: [String: Int]) throws {
        if output.json {
            let document = Document(
                passed: isGood, files: reading.count, passedOver: reading.passedOver,
                images: findings.map(Self.entry),
                problems: reading.problems.map {
                    Problem(path: $0.path, line: $0.line, message: $0.message)
                }, failures: failures.values.map(\.description).sorted(), lockfile: lockProblem,
                requests: requests)
            Terminal.write(JSON.encode(document, pretty: true) + [0x0a])
        } else if action == .show {
            Terminal.write(patch)
            Terminal.writeError(lines { $0.isOpen })
        } else {
            Terminal.write(
                lines { $0.isOpen || $0.edit != nil } + (lockProblem.map { "\($0)\n" } ?? ""))
        }
        for problem in reading.problems {
            Terminal.writeError("\(problem.path):\(problem.line): \(problem.message)\n")
        }
        for path in changed {
            Terminal.writeError("\(path): changed while it was looked at: left alone; run again\n")
        }
        if !output.quiet { Terminal.writeError("pin: \(summary)\n") }
        if let problem = reading.problems.first {
            throw OCIError(
                .badData, "\(Self.count(reading.problems.count, "part")) of files cannot be read",
                subject: "\(problem.path):\(problem.line)", advice: "mend them, then run again")
        }
        if let failure = failures.sorted(by: { "\($0.key)" < "\($1.key)" }).first?.value {
            throw failure
        }
        if !changed.isEmpty {
            throw OCIError(
                .temporary, "files changed while they were looked at", advice: "run again")
        }
        if !isGood { throw ExitCode(Outcome.foundDifference) }
    }

    private var isGood: Bool {
        !findings.contains(where: \.isOpen) && lockProblem == nil && reading.problems.isEmpty
            && failures.isEmpty && changed.isEmpty
    }

    private func lines(_ isTold: (PinFinding) -> Bool) -> String {
        findings.filter(isTold).map { finding in
            let use = finding.use
            guard finding.edit != nil, let digest = finding.digest else {
                return "\(use.place): \(use.written): \(finding.verdict)\n"
            }
            // Both names of the image would be the same but for the digest.
            var name = use.reference
            let before = name?.digest
            name?.digest = nil
            var text = "\(use.place): \(name.map { "\($0)" } ?? use.written): "
            text += before.map { "\($0.short) -> " } ?? "pinned to "
            text += digest.short
            for variable in use.inertVariables { text += "; \(variable) no longer chooses it" }
            return text + "\n"
        }.joined()
    }

    private static func entry(_ finding: PinFinding) -> Entry {
        Entry(
            path: finding.use.path, line: finding.use.line, column: finding.use.column,
            kind: finding.use.kind, written: finding.use.written,
            reference: finding.use.reference?.description, verdict: "\(finding.verdict)",
            digest: finding.digest, changed: finding.edit != nil, open: finding.isOpen)
    }

    private var summary: String {
        let images = findings.filter { $0.use.reference != nil }
        let open = findings.filter(\.isOpen).count
        let edited = findings.filter { $0.edit != nil }.count
        var parts = [
            "\(Self.count(reading.count, "file")), \(Self.count(images.count, "image"))",
            "\(open) open",
        ]
        if action != .check {
            parts.insert("\(edited) \(action == .write ? "written" : "to write")", at: 1)
        }
        let without = findings.count { !$0.isOpen && $0.use.skipReason != nil }
        if without > 0 {
            parts.append("\(without) that pull nothing (stages, scratch, own builds)")
        }
        let over = reading.passedOver
        let counts = [
            (over.links, "link"), (over.binary, "binary file"), (over.large, "large file"),
            (over.folders, "cache or package folder"),
        ].filter { $0.0 > 0 }.map { Self.count($0.0, $0.1) }
        if !counts.isEmpty { parts.append("passed over: \(counts.joined(separator: ", "))") }
        if lockWritten { parts.append("lockfile written") }
        return parts.joined(separator: "; ")
    }

    private static func count(_ number: Int, _ what: String) -> String {
        "\(number) \(what)\(number == 1 ? "" : "s")"
    }
}
