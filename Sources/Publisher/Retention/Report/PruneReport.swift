import Console
import ImageTags
import OCIRegistry

/// A plan as one page for a browser, with nothing from elsewhere; it can be read without script.
struct PruneReport {
    let plan: PrunePlan
    let outcomes: [PruneSurvey.Outcome]

    /// The document.
    var html: String {
        var body = header
        for (number, outcome) in outcomes.enumerated() { body += section(outcome, number) }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src \
            'unsafe-inline'; script-src 'unsafe-inline'">
            <title>Prune plan \(plan.hash.short)</title>
            <style>\(ReportStyle.text)</style></head>
            <body><main>\(body)</main><script>\(ReportScript.text)</script></body></html>

            """
    }

    private var header: String {
        var text = "<h1>Prune plan</h1>"
        text +=
            "<p class=\"faint\">\(plan.hash) · made \(plan.created) · expires \(plan.expires)</p>"
        let kept = plan.repositories.reduce(0) { $0 + $1.kept.count }
        let size = plan.repositories.reduce(0) { $0 + $1.size }
        text += "<div class=\"cards\">"
        for (value, label, kind) in [
            ("\(plan.deletionCount)", "digests go", "goes"), ("\(kept)", "digests stay", "kept"),
            (Sizes.text(plan.freed), "freed", "goes"),
            (Sizes.text(size - plan.freed), "stay", "kept"),
        ] {
            text += "<div class=\"card \(kind)\"><b>\(value)</b><span>\(label)</span></div>"
        }
        text += "</div>"
        for reason in plan.exceeded {
            text +=
                "<p class=\"warning\">Past a limit: \(HTML.escape(reason)). To carry it out, its "
            text += "hash has to be typed out with <code>--confirm</code>.</p>"
        }
        return text
            + "<p><input id=\"search\" type=\"search\" placeholder=\"Search tags, digests, reasons\" "
            + "aria-label=\"Search\" hidden><output id=\"found\" class=\"faint\"></output></p>"
    }

    private func section(_ outcome: PruneSurvey.Outcome, _ number: Int) -> String {
        let plan = outcome.plan
        let history = StorageHistory(outcome.snapshot, plan)
        var text = "<section><h2>\(HTML.escape(plan.repository))</h2>"
        text +=
            "<p>\(plan.tagCount) tags on \(plan.manifestCount) manifests, \(Sizes.text(plan.size)), "
        text += "read at \(plan.takenAt).</p>"
        if let reason = plan.stopped {
            text += "<p class=\"warning\">Nothing goes: \(HTML.escape(reason)).</p>"
        }
        for warning in plan.warnings { text += "<p class=\"note\">\(HTML.escape(warning))</p>" }
        text +=
            "<h3>Storage by family of tags</h3><p class=\"legend\"><i class=\"kept\"></i> stays "
        text += "<i class=\"goes\"></i> goes (every blob counted once)</p>"
        text += picture(StorageChart(history: history).svg)
        text +=
            "<h3>Growth over time</h3><p class=\"legend\"><i class=\"all\"></i> all that is here "
        text += "<i class=\"kept\"></i> what stays</p>"
        text += picture(GrowthChart(history: history).svg)
        text += graph(outcome, number)
        return text + goes(plan, number) + stays(plan, number) + "</section>"
    }

    /// Where the window is narrow a picture moves within its own frame, so that it can still be read.
    private func picture(_ svg: String) -> String { "<div class=\"picture\">\(svg)</div>" }

    private func graph(_ outcome: PruneSurvey.Outcome, _ number: Int) -> String {
        let graph = DigestGraph(outcome.snapshot, outcome.plan)
        guard let center = graph.center else { return "" }
        // It stands in a script: nothing in it may end one.
        let data = String(decoding: JSON.encode(graph.nodes), as: UTF8.self)
            .split(separator: "<", omittingEmptySubsequences: false).joined(separator: "\\u003c")
        return
            "<h3>One digest</h3><p class=\"faint\">What names it, itself, and what it names or what "
            + "refers to it.<span class=\"script\" hidden> Choose another one below or in the "
            + "picture.</span></p><div class=\"graph picture\" id=\"graph-\(number)\">\(graph.svg(center))</div>"
            + "<script type=\"application/json\" id=\"nodes-\(number)\">\(data)</script>"
    }

    private func goes(_ plan: RepositoryPlan, _ number: Int) -> String {
        var text = "<h3>What goes: \(plan.deletions.count) digests, \(Sizes.text(plan.freed))</h3>"
        guard !plan.deletions.isEmpty else { return text + "<p>Nothing.</p>" }
        text += "<div class=\"table\"><table><thead><tr><th>Digest<th>Tags<th>Came<th>Bytes<th>Why"
        text += "</thead><tbody>"
        for deletion in plan.deletions {
            let tags = deletion.tags.map(\.description).joined(separator: " ")
            text += row(
                deletion.digest, tags, deletion.time, deletion.bytes, deletion.reason, number)
        }
        return text + "</tbody></table></div>"
    }

    private func stays(_ plan: RepositoryPlan, _ number: Int) -> String {
        var text = "<h3>What stays: \(plan.kept.count) digests</h3>"
        var groups: [String: [Kept]] = [:]
        for kept in plan.kept { groups[PlanTree.group(kept.reason), default: []].append(kept) }
        for (reason, members) in groups.sorted(by: {
            ($1.value.count, $0.key) < ($0.value.count, $1.key)
        }) {
            text += "<details><summary>\(members.count) · \(HTML.escape(reason))</summary>"
            text +=
                "<div class=\"table\"><table><thead><tr><th>Digest<th>Tags<th>Came<th>Bytes<th>Why"
            text += "</thead><tbody>"
            for kept in members {
                let tags = kept.tags.map(\.description).joined(separator: " ")
                let way =
                    kept.reason.path.isEmpty
                    ? kept.reason.root
                    : kept.reason.root + " → "
                        + kept.reason.path.map { "\($0.relation.rawValue) \($0.digest.short)" }
                        .joined(separator: " → ")
                text += row(kept.digest, tags, kept.time, kept.bytes, way, number)
            }
            text += "</tbody></table></div></details>"
        }
        return text
    }

    private func row(
        _ digest: Digest, _ tags: String, _ time: Instant?, _ bytes: Int64, _ why: String,
        _ number: Int
    ) -> String {
        "<tr data-graph=\"\(number)\" data-digest=\"\(digest)\"><td><code title=\"\(digest)\">"
            + "\(digest.short)</code><td>\(HTML.escape(tags))<td>\(time?.date ?? "?")<td class=\"size\">"
            + "\(Sizes.text(bytes))<td>\(HTML.escape(why))\n"
    }
}
