import ArgumentParser
import Console
import OCIRegistry

/// What `publisher verify` tells.
struct VerifyReport: Sendable {
    /// Something that was found, and the digest that it had.
    struct Checked: Sendable, Encodable {
        var reference: String
        var digest: Digest
    }

    let anonymous: Bool
    let deep: Bool
    /// What was there.
    var checked: [Checked] = []
    /// The differences.
    var findings: [Finding] = []
    /// What could not be asked.
    var failures: [OCIError] = []
    private var manifests = 0
    private var blobs = 0
    private var bytesRead: Int64 = 0

    init(anonymous: Bool, deep: Bool) {
        self.anonymous = anonymous
        self.deep = deep
    }

    mutating func add(_ content: ContentReport) {
        findings += content.findings
        manifests += content.manifests
        blobs += content.blobs
        bytesRead += content.bytesRead
    }

    private struct Document: Encodable {
        var type = "publisher.verify.v1"
        var passed: Bool
        var anonymous: Bool
        var deep: Bool
        var checked: [Checked]
        var findings: [Finding]
        var failures: [String]
        var manifests: Int
        var blobs: Int
        var bytesRead: Int64
        var requests: [String: Int]
        var seconds: Double
    }

    /// Prints the findings, or the document, and how much was looked at.
    ///
    /// Throws the first ``OCIError`` of what could not be asked; else `ExitCode` 11 where there is
    /// a finding.
    func deliver(
        _ output: OutputOptions, _ session: Session, duration: Duration
    ) throws {
        var seen: Set<Finding> = []
        let findings = findings.filter { seen.insert($0).inserted }
        let seconds = Double(Int(duration / .milliseconds(1))) / 1000
        if output.json {
            let document = Document(
                passed: findings.isEmpty && failures.isEmpty, anonymous: anonymous, deep: deep,
                checked: checked, findings: findings, failures: failures.map(\.description),
                manifests: manifests, blobs: blobs, bytesRead: bytesRead,
                requests: session.statistics.requests, seconds: seconds)
            Terminal.write(JSON.encode(document, pretty: true) + [0x0a])
        } else {
            Terminal.write(findings.map { "\($0)\n" }.joined())
        }
        if !output.quiet {
            let content = deep ? "\(Sizes.text(bytesRead)) hashed again" : "sizes compared"
            let verdict =
                findings.isEmpty
                ? failures.isEmpty ? "all as it should be" : "not all could be asked"
                : Self.count(findings.count, "difference")
            Terminal.writeError(
                "verify: \(Self.count(checked.count, "reference")), "
                    + "\(Self.count(manifests, "manifest")), \(Self.count(blobs, "blob")), "
                    + "\(content) in \(seconds) s\(anonymous ? " without credentials" : ""): "
                    + "\(verdict)\n")
        }
        if let failure = failures.first { throw failure }
        if !findings.isEmpty { throw ExitCode(Outcome.foundDifference) }
    }

    private static func count(_ number: Int, _ what: String) -> String {
        "\(number) \(what)\(number == 1 ? "" : "s")"
    }
}
