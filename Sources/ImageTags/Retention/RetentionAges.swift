import OCIRegistry

/// When tags and manifests came, as far as that can be known. What cannot be known is nil, and counts as
/// young.
struct RetentionAges: Sendable {
    /// Of each tag: when it was written, else when what it names came.
    let tags: [Instant?]
    /// Of each manifest: the last moment at which it was pushed, by its digest or a tag; else when it says
    /// that it was made; else that of what it belongs to.
    let manifests: [Instant?]

    init(_ snapshot: RepositorySnapshot, _ graph: RetentionGraph) {
        var times = [Instant?](repeating: nil, count: graph.manifests.count)
        for (place, manifest) in graph.manifests.enumerated() {
            let pushes = graph.tags[place].map { snapshot.tags[$0].pushed } + [manifest.pushed]
            times[place] = pushes.compactMap { $0 }.max() ?? manifest.created
        }
        // An index without a time is as old as the youngest that it names.
        let indexes = times.indices.filter {
            times[$0] == nil && graph.manifests[$0].kind == .index
        }
        Self.grow(&times, indexes) { graph.manifests[$0].children.compactMap { graph.places[$0] } }
        // What else has none is as old as the youngest index that names it: it was there before. A referrer
        // is as old as what it refers to, with which it stays or goes.
        Self.grow(&times, times.indices.filter { times[$0] == nil }) { place in
            graph.parents[place].isEmpty ? graph.subjects(place) : graph.parents[place]
        }
        manifests = times
        tags = snapshot.tags.map { entry in
            entry.pushed ?? graph.places[entry.digest].flatMap { times[$0] }
        }
    }

    /// Gives each of these places the youngest time of others, until none changes any more: times only
    /// grow, so that circles end too.
    private static func grow(
        _ times: inout [Instant?], _ places: [Int], from others: (Int) -> [Int]
    ) {
        var changed = true
        while changed {
            changed = false
            for place in places {
                let youngest = others(place).compactMap { times[$0] }.max()
                guard let youngest, times[place].map({ $0 < youngest }) ?? true else { continue }
                times[place] = youngest
                changed = true
            }
        }
    }
}
