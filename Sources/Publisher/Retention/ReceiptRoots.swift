import ImageTags
import OCIRegistry

/// What receipts of publishes and promotions need, as long as they are young: what they published, and what
/// each tag named before, to which a promotion would be taken back.
struct ReceiptRoots: Sendable {
    /// What they need.
    private(set) var roots: [RetentionRoot] = []

    /// Reads the receipts that the configuration names. One without a time counts.
    ///
    /// Throws ``OCIError``: configuration where there are none, bad data for what is no receipt. Then
    /// nobody knows what is needed.
    init(
        _ settings: RetentionSettings.Receipts?, folder: String, now: Instant
    ) throws(OCIError) {
        guard let settings else { return }
        let files = try RootFiles(settings.files, of: "receipts", folder: folder)
        for path in files.paths {
            let receipt = try PublishReceipt(document: try files.read(path), path: path)
            let time = Instant(receipt.started)
            if let time, time.adding(seconds: settings.age.seconds) < now { continue }
            for destination in receipt.destinations {
                take(destination, path)
            }
        }
    }

    private mutating func take(_ destination: PublishReceipt.Destination, _ path: String) {
        if let digest = destination.digest {
            roots.append(RetentionRoot(.receipt, digest, usedBy: path))
        }
        for tag in destination.tags {
            if let after = tag.after, after != destination.digest {
                roots.append(RetentionRoot(.receipt, after, usedBy: "\(path), tag \(tag.tag)"))
            }
            if let before = tag.before, before != destination.digest, before != tag.after {
                roots.append(
                    RetentionRoot(.rollback, before, usedBy: "\(path), tag \(tag.tag) before"))
            }
        }
    }
}
