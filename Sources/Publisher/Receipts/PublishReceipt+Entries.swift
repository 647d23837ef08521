import ImageTags
import OCIRegistry

extension PublishReceipt.TagEntry {
    /// An entry for each tag of a publish, before any is written.
    static func all(_ tags: WantedTags, before: [Tag: Digest]) -> [PublishReceipt.TagEntry] {
        func entry(_ tag: Tag, _ kind: Kind, _ outcome: Outcome) -> PublishReceipt.TagEntry {
            PublishReceipt.TagEntry(
                tag: "\(tag)", kind: kind, before: before[tag], after: before[tag],
                outcome: outcome)
        }
        return tags.immutable.map { entry($0, .immutable, .untouched) }
            + tags.rolling.map { entry($0, .rolling, .untouched) }
            + tags.withheld.map { entry($0, .rolling, .withheld) }
    }
}

extension PublishReceipt.Destination {
    /// Takes over what a push did.
    mutating func take(
        _ report: PushReport, _ source: SourceImage, _ destination: ConfiguredRepository
    ) {
        digest = report.digest
        reference = "\(destination.reference.with(digest: report.digest))"
        mediaType = report.mediaType
        size = report.size
        platforms = report.platforms
        config = source.single?.configDigest
        diffIDs = source.single?.config?.rootfs.diffIDs
        blobs = report.blobs.reduce(into: [:]) { $0[$1.outcome.rawValue, default: 0] += 1 }
    }

    /// What a tag names before it is written.
    mutating func note(_ tag: Tag, before: Digest?) {
        guard let place = tags.firstIndex(where: { $0.tag == "\(tag)" }) else { return }
        tags[place].before = before
        tags[place].after = before
    }

    /// What became of a tag.
    mutating func set(
        _ tag: Tag, after: Digest?, _ outcome: PublishReceipt.TagEntry.Outcome, verified: String?,
        reason: String? = nil
    ) {
        guard let place = tags.firstIndex(where: { $0.tag == "\(tag)" }) else { return }
        tags[place].after = after
        tags[place].outcome = outcome
        tags[place].verified = verified
        tags[place].reason = reason
    }

    /// What became of a tag.
    mutating func set(_ entry: PublishReceipt.TagEntry) {
        guard let place = tags.firstIndex(where: { $0.tag == entry.tag }) else { return }
        tags[place] = entry
    }
}
