import OCIRegistry

/// What one check of `publisher doctor` found.
struct Diagnosis: Sendable, Hashable, Encodable {
    /// How bad it is.
    enum Severity: String, Sendable, Encodable {
        /// All is well.
        case ok
        /// It works, and may not for long or not everywhere.
        case warning
        /// Something will fail.
        case problem
    }

    /// What was looked at.
    enum Check: String, Sendable, Encodable {
        case configuration, docker, disk, address, tokens, clock, gitea, credentials, runner
    }

    /// How bad it is.
    var severity: Severity
    /// What was looked at.
    var check: Check
    /// What it is about: a host, a repository, a path.
    var subject: String
    /// What was found, in one sentence without a full stop.
    var what: String
    /// Why it matters; empty where all is well.
    var why: String
    /// What to do; empty where all is well.
    var cure: String

    /// All is well.
    static func ok(_ check: Check, _ subject: String, _ what: String) -> Diagnosis {
        Diagnosis(severity: .ok, check: check, subject: subject, what: what, why: "", cure: "")
    }

    /// It works, and may not for long or not everywhere.
    static func warning(
        _ check: Check, _ subject: String, _ what: String, why: String, cure: String
    ) -> Diagnosis {
        Diagnosis(
            severity: .warning, check: check, subject: subject, what: what, why: why, cure: cure)
    }

    /// Something will fail.
    static func problem(
        _ check: Check, _ subject: String, _ what: String, why: String, cure: String
    ) -> Diagnosis {
        Diagnosis(
            severity: .problem, check: check, subject: subject, what: what, why: why, cure: cure)
    }

    /// What an error tells, where nothing better is known.
    static func problem(
        _ check: Check, _ subject: String, _ error: OCIError, why: String, cure: String? = nil
    ) -> Diagnosis {
        problem(
            check, subject, error.asOneLine, why: why,
            cure: cure ?? error.advice ?? "run again with --verbose to see every request")
    }
}

extension OCIError {
    /// What failed, with the other side's status and words.
    var asOneLine: String {
        var said: [String] = []
        if let status = exchange?.status { said.append("status \(status)") }
        if let text = exchange?.registryMessage, !text.isEmpty { said.append(text) }
        return said.isEmpty ? message : "\(message) (\(said.joined(separator: ": ")))"
    }
}
