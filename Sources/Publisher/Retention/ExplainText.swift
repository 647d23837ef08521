import ImageTags
import OCIRegistry

/// Why one thing stays or goes, for people.
struct ExplainText {
    let plan: RepositoryPlan

    /// The text for a digest; nil where it is not in the plan.
    func text(_ digest: Digest) -> String? {
        if let kept = plan.kept.first(where: { $0.digest == digest }) { return text(kept) }
        guard let deletion = plan.deletions.first(where: { $0.digest == digest }) else {
            return nil
        }
        var text = "\(plan.repository)@\(digest)\ngoes: \(deletion.reason)\n"
        text += "  held by \(PlanTree.names(deletion.tags, deletion.isListed))\n"
        for owner in deletion.after {
            text += "  after \(owner), which names it or is what it is about\n"
        }
        return text
    }

    /// The digest behind a tag; nil where it is not in the plan.
    func digest(_ tag: Tag) -> Digest? {
        let name = plan.dialect.foldsCase ? tag.description.lowercased() : tag.description
        return plan.kept.first { $0.tags.contains { "\($0)" == name } }?.digest
            ?? plan.deletions.first { $0.tags.contains { "\($0)" == name } }?.digest
    }

    private func text(_ kept: Kept) -> String {
        var text = "\(plan.repository)@\(kept.digest)\nstays: \(kept.reason.root)\n"
        var here = kept.reason.digest
        text += "  \(here)\(kept.reason.tag.map { "  (\($0))" } ?? "")\n"
        for step in kept.reason.path {
            text += "  \(Self.words(step.relation, here)) \(step.digest)\n"
            here = step.digest
        }
        if !kept.tags.isEmpty { text += "  its tags: \(PlanTree.names(kept.tags, false))\n" }
        return text
    }

    private static func words(_ relation: RetentionGraph.Relation, _ from: Digest) -> String {
        switch relation {
        case .child: "└ names"
        case .subject: "└ is about"
        case .referrer: "└ is what this is about:"
        case .attachment: "└ has this tied to it by a tag:"
        case .mention: "└ is not understood, and holds the digest"
        }
    }
}
