import OCIRegistry

/// Whether the image that a runner's label stands for is there.
struct RunnerCheck: Sendable {
    var label: RunnerLabel
    /// The image's reference, or why it is none.
    var reference: Result<Reference, OCIError>
    /// The digest that it resolves to, nil for none; or why there is no telling.
    var resolved: Result<Digest?, OCIError>

    /// Looks for each label's image.
    static func run(_ labels: RunnerLabels, _ session: Session) async -> [Diagnosis] {
        let checks = await concurrently(labels.found) { await look($0, session) }
        return labels.problems + checks.map(\.diagnosis)
    }

    private static func look(_ label: RunnerLabel, _ session: Session) async -> RunnerCheck {
        do throws(OCIError) {
            let reference = try Reference(parsing: label.image)
            let resolved = await TimeLimit.check.attempt {
                try await session.repository(reference).digest(reference.selector)
            }
            return RunnerCheck(label: label, reference: .success(reference), resolved: resolved)
        } catch {
            return RunnerCheck(label: label, reference: .failure(error), resolved: .success(nil))
        }
    }

    var diagnosis: Diagnosis {
        let why = "a job with runs-on: \(label.name) fails before its first step"
        let subject = "\(label.name) (\(label.image))"
        let reference: Reference
        switch self.reference {
        case .success(let some): reference = some
        case .failure(let error): return .problem(.runner, subject, error, why: why)
        }
        switch resolved {
        case .failure(let error):
            let doubt = error.kind == .denied ? ", unless the runner has other credentials" : ""
            return .problem(.runner, subject, error, why: why + doubt)
        case .success(nil):
            return .problem(
                .runner, subject, "there is no such image", why: why,
                cure: "push it, or correct the label in the runner's configuration and restart the "
                    + "runner")
        case .success(let digest?) where reference.digest != nil:
            return .ok(.runner, subject, "there, as \(digest)")
        case .success(let digest?):
            let tag =
                reference.tag.map { "the tag \($0)" } ?? "the tag latest, which it does not name"
            return .warning(
                .runner, subject, "is \(digest) now, by \(tag) alone",
                why: "whoever moves the tag changes what every job runs in",
                cure: "name the digest in the label: docker://\(reference.name)@\(digest)")
        }
    }
}
