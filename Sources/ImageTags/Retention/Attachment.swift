public import OCIRegistry

/// A tag that is no name for people but ties something to a digest: the referrers' fallback tag
/// `sha256-HEX` (OCI distribution-spec, "Referrers Tag Schema"), and cosign's `.sig`, `.att` and `.sbom`.
public struct Attachment: Sendable, Hashable {
    /// What it is tied to.
    public let subject: Digest
    /// `sig`, `att`, `sbom`; empty for the fallback tag.
    public let suffix: String

    /// Nil for every other tag.
    public init?(_ tag: Tag) {
        let halves = tag.description.split(separator: ".", maxSplits: 1)
        let parts = halves[0].split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let algorithm = Digest.Algorithm(rawValue: String(parts[0])),
            let digest = Digest(algorithm, hex: parts[1])
        else { return nil }
        subject = digest
        suffix = halves.count == 2 ? String(halves[1]) : ""
    }
}
