import ImageTags
import OCIRegistry

extension TagTransaction.Result {
    /// What became of one tag of the plan, as a receipt has it.
    func entry(
        _ move: TagMove, _ kind: PublishReceipt.TagEntry.Kind
    ) -> PublishReceipt.TagEntry {
        let observed = observed[move.tag]
        let outcome: PublishReceipt.TagEntry.Outcome =
            if verdict == .committed {
                move.isDone ? .already : move.before == nil ? .created : .moved
            } else if observed == .some(move.before) {
                written.contains(move.tag) ? .rolledBack : move.isDone ? .already : .untouched
            } else {
                .conflicted
            }
        return PublishReceipt.TagEntry(
            tag: "\(move.tag)", kind: kind, before: move.before, after: observed ?? nil,
            outcome: outcome, verified: observed == nil ? nil : "HEAD by tag")
    }
}
