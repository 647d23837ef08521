import ArgumentParser
import Console
import OCIRegistry

/// What `publisher doctor` tells.
struct DoctorReport: Sendable {
    /// What was found, in the order of the checks.
    var diagnoses: [Diagnosis]

    private struct Document: Encodable {
        var type = "publisher.doctor.v1"
        var healthy: Bool
        var checks: [Diagnosis]
    }

    /// Whether nothing will fail. Warnings are allowed.
    var isHealthy: Bool { !diagnoses.contains { $0.severity == .problem } }

    /// A line a check; where something is wrong, why it matters and the cure below it.
    var text: String {
        diagnoses.map { found in
            var text =
                Sizes.pad(found.severity.rawValue, 9) + Sizes.pad(found.check.rawValue, 15)
                + "\(found.subject): \(found.what)\n"
            if found.severity != .ok {
                text += "  why:  \(found.why)\n  cure: \(found.cure)\n"
            }
            return text
        }.joined()
    }

    /// How many of each there are.
    var summary: String {
        func count(_ severity: Diagnosis.Severity) -> Int {
            diagnoses.filter { $0.severity == severity }.count
        }
        func counted(_ number: Int, _ what: String) -> String {
            "\(number) \(what)\(number == 1 ? "" : "s")"
        }
        let found = [(count(.problem), "problem"), (count(.warning), "warning")]
            .filter { $0.0 > 0 }.map { counted($0.0, $0.1) }
        return "\(counted(diagnoses.count, "check")): "
            + (found.isEmpty ? "all is well" : found.joined(separator: ", "))
    }

    /// Prints it.
    ///
    /// Throws `ExitCode` 11 where there is a problem.
    func deliver(_ output: OutputOptions) throws {
        if output.json {
            let document = Document(healthy: isHealthy, checks: diagnoses)
            Terminal.write(JSON.encode(document, pretty: true) + [0x0a])
        } else {
            Terminal.write(text)
        }
        if !output.quiet { Terminal.writeError("doctor: \(summary)\n") }
        guard isHealthy else { throw ExitCode(Outcome.foundDifference) }
    }
}
