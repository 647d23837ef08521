import Console
import ImageTags
import OCIRegistry

/// A plan for people: what goes, what stays and why.
struct PlanTree {
    let plan: PrunePlan
    /// Lines of each list above which the rest is only counted; nil for all.
    var limit: Int? = 20

    /// The whole text.
    var text: String { plan.repositories.map { text($0) }.joined(separator: "\n") + ending }

    private func text(_ plan: RepositoryPlan) -> String {
        var text = "\(plan.repository)\n"
        text += "  \(plan.tagCount) tags on \(plan.manifestCount) manifests, "
        text += "\(Sizes.text(plan.size)), read at \(plan.takenAt)\n"
        for warning in plan.warnings { text += "  note: \(warning)\n" }
        if let reason = plan.stopped { text += "  stopped: \(reason)\n" }
        text += goes(plan)
        text += stays(plan)
        return text
    }

    private func goes(_ plan: RepositoryPlan) -> String {
        guard !plan.deletions.isEmpty else { return "  goes: nothing\n" }
        var text = "  goes: \(plan.deletions.count) digests, \(Sizes.text(plan.freed))\n"
        let shown = plan.deletions.prefix(limit ?? .max)
        for deletion in shown {
            let isChild = deletion.tags.isEmpty
            let age = deletion.time.map { Span.rough(plan.takenAt.seconds - $0.seconds) } ?? "?"
            text += isChild ? "      └ " : "    - "
            text += "\(deletion.digest.short)  \(Self.names(deletion.tags, deletion.isListed))"
            text += "  \(age)  \(Sizes.text(deletion.bytes))  \(deletion.reason)\n"
        }
        let rest = plan.deletions.count - shown.count
        if rest > 0 { text += "    … and \(rest) more, in the plan\n" }
        return text
    }

    private func stays(_ plan: RepositoryPlan) -> String {
        var groups: [String: [Kept]] = [:]
        for kept in plan.kept { groups[Self.group(kept.reason), default: []].append(kept) }
        var text = "  stays: \(plan.kept.count) digests\n"
        let order = groups.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        for (reason, members) in order.prefix(limit ?? .max) {
            text += "    + \(members.count)  \(reason)\n"
        }
        if let limit, order.count > limit {
            text += "    … and \(order.count - limit) more reasons\n"
        }
        return text
    }

    /// Reasons that differ by their tag alone are one.
    static func group(_ reason: KeepReason) -> String {
        let way = reason.path.isEmpty ? "" : ", below or about it"
        switch reason.kind {
        case .rule, .protected:
            let colon = reason.root.firstIndex(of: ":") ?? reason.root.startIndex
            return reason.root[colon...].drop { $0 == ":" || $0 == " " } + way
        case .grace: return "it came within the grace" + way
        default: return reason.root + way
        }
    }

    static func names(_ tags: [Tag], _ isListed: Bool) -> String {
        guard let first = tags.first else { return isListed ? "(by digest)" : "(untagged)" }
        let more = tags.count > 3 ? [" and \(tags.count - 3) more"] : []
        return tags.count == 1
            ? "\(first)" : tags.prefix(3).map(\.description).joined(separator: ", ") + more.joined()
    }

    private var ending: String {
        var text = "\nIn all \(plan.deletionCount) digests go, \(Sizes.text(plan.freed)).\n"
        for reason in plan.exceeded { text += "Past a limit: \(reason).\n" }
        return text
    }
}
