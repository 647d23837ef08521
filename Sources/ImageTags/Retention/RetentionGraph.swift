import OCIRegistry

/// What needs what in a repository. An edge goes from a manifest that stays to one that has to stay then:
/// from an index to its children, from a subject to what refers to it and back, from a digest to what a tag
/// made of it ties to it.
public struct RetentionGraph: Sendable {
    /// Why one manifest keeps another.
    public enum Relation: String, Sendable, Hashable, Codable {
        /// The index names it.
        case child
        /// It is what the other refers to.
        case subject
        /// It refers to the other.
        case referrer
        /// A tag made of the other's digest names it.
        case attachment
        /// Its digest stands in a document that is not understood.
        case mention
    }

    /// A need.
    struct Edge: Sendable {
        var target: Int
        var relation: Relation
    }

    /// The manifests, in the snapshot's order.
    public let manifests: [ManifestEntry]
    /// The place of each.
    let places: [Digest: Int]
    /// What each needs.
    let edges: [[Edge]]
    /// The tags of each, as places in the snapshot.
    let tags: [[Int]]
    /// The indexes that name each.
    let parents: [[Int]]
    /// What the tags tie each to, where that is here.
    let attachedTo: [[Int]]

    /// The graph of a snapshot.
    public init(_ snapshot: RepositorySnapshot) {
        let manifests = snapshot.manifests
        var places: [Digest: Int] = [:]
        for (place, manifest) in manifests.enumerated() { places[manifest.digest] = place }
        var edges = [[Edge]](repeating: [], count: manifests.count)
        var parents = [[Int]](repeating: [], count: manifests.count)
        var attachedTo = parents
        var tags = parents
        for (place, manifest) in manifests.enumerated() {
            for child in manifest.children {
                guard let target = places[child], target != place else { continue }
                let relation = manifest.kind == .unknown ? Relation.mention : .child
                edges[place].append(Edge(target: target, relation: relation))
                if !parents[target].contains(place) { parents[target].append(place) }
            }
            if let subject = manifest.subject.flatMap({ places[$0] }), subject != place {
                edges[place].append(Edge(target: subject, relation: .subject))
                edges[subject].append(Edge(target: place, relation: .referrer))
            }
        }
        for (number, entry) in snapshot.tags.enumerated() {
            guard let place = places[entry.digest] else { continue }
            tags[place].append(number)
            guard let subject = Attachment(entry.tag).flatMap({ places[$0.subject] }),
                subject != place
            else { continue }
            edges[subject].append(Edge(target: place, relation: .attachment))
            edges[place].append(Edge(target: subject, relation: .subject))
            attachedTo[place].append(subject)
        }
        self.manifests = manifests
        self.places = places
        self.edges = edges
        self.parents = parents
        self.attachedTo = attachedTo
        self.tags = tags
    }

    /// What a manifest refers to or is tied to.
    func subjects(_ place: Int) -> [Int] {
        attachedTo[place] + (manifests[place].subject.flatMap { places[$0] }.map { [$0] } ?? [])
    }

    /// Places in an order in which what names comes before what it names, and what is referred to before
    /// what refers to it: in which they can be deleted, so that whatever a break-off leaves is whole.
    /// References give way where both cannot be.
    func deletionOrder(_ chosen: Set<Int>) -> [Int] {
        func isFirm(_ relation: Relation) -> Bool { relation == .child || relation == .mention }
        func isFree(_ left: (firm: Int, loose: Int)?) -> Bool {
            left?.firm == 0 && left?.loose == 0
        }
        func counts(_ edge: Edge) -> Bool {
            edge.relation != .subject && chosen.contains(edge.target)
        }
        var waiting: [Int: (firm: Int, loose: Int)] = [:]
        for place in chosen { waiting[place] = (0, 0) }
        for place in chosen {
            for edge in edges[place] where counts(edge) {
                if isFirm(edge.relation) {
                    waiting[edge.target]?.firm += 1
                } else {
                    waiting[edge.target]?.loose += 1
                }
            }
        }
        var ready = chosen.filter { isFree(waiting[$0]) }.sorted(by: >)
        var order: [Int] = []
        while order.count < chosen.count {
            if ready.isEmpty {
                // A circle: only references can close one, since digests cannot.
                let next = waiting.filter { $0.value.firm == 0 }.keys.min()
                guard let next = next ?? waiting.keys.min() else { break }
                ready.append(next)
            }
            let place = ready.removeLast()
            guard waiting.removeValue(forKey: place) != nil else { continue }
            order.append(place)
            for edge in edges[place] where counts(edge) {
                guard var left = waiting[edge.target] else { continue }
                if isFirm(edge.relation) { left.firm -= 1 } else { left.loose -= 1 }
                waiting[edge.target] = left
                if isFree(left) { ready.append(edge.target) }
            }
        }
        return order
    }
}
