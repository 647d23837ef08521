import OCIRegistry
import RunLedger

/// The builder that a job is to run in, as the workflow pins it.
struct ExpectedBuilder: Sendable {
    private let digest: Digest

    /// A digest, or a reference with one.
    ///
    /// Throws ``OCIError`` (usage) for a tag: what it names may change while the job runs.
    init(_ text: String) throws(OCIError) {
        let found = (try? Digest(parsing: text)) ?? (try? Reference(parsing: text))?.digest
        guard let found else {
            throw OCIError(
                .usage,
                text.isEmpty
                    ? "--expect is empty: no builder is pinned" : "--expect names no digest",
                subject: text.isEmpty ? nil : text,
                advice: "pin the builder by digest, HOST/REPOSITORY@sha256:…; in a workflow see "
                    + "whether the variable that holds it is set")
        }
        digest = found
    }

    /// Throws ``Difference`` unless what was found out names that image, by its index or its manifest, and
    /// nothing contradicts it.
    func check(_ builder: BuilderEvidence) throws(Difference) {
        guard builder.index == digest || builder.manifest == digest else {
            let ran = builder.reference.map { "the job runs in \($0)" }
            throw Difference(
                message:
                    "\(ran ?? "it is not known which image the job runs in"), expected \(digest)",
                advice:
                    "have the runner pull the pinned image (force_pull, its label's digest), or pin "
                    + "the one that is meant; 'publisher run show' tells how it was found out")
        }
        if let found = builder.disagreements.first {
            throw Difference(
                message: "what is known of the builder contradicts itself: \(found.one), but "
                    + found.other,
                advice:
                    "see the runner's configuration and the workflow: one of them is out of date")
        }
    }
}
