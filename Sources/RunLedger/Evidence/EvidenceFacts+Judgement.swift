import OCIRegistry

extension EvidenceFacts {
    /// What follows from the facts: the image, the grade, the proof, and what contradicts it.
    public func judged() -> BuilderEvidence {
        var evidence = BuilderEvidence()
        evidence.notes = notes
        evidence.tagSeen = tagSeen
        if let container, let (chain, link) = proven(container) {
            evidence.take(chain)
            evidence.grade = .b
            evidence.method = .engine
            evidence.proof = Self.steps(container, chain, link)
            let same = chains.filter { $0.proof(of: container) != nil }
                .reduce(into: Set<Digest>()) { $0.formUnion($1.digests) }
            settle(&evidence, against: same)
        } else {
            if let container { evidence.proof = Self.steps(container) }
            believe(&evidence)
        }
        return evidence
    }

    /// The chain that proves which image the container is of: preferably one of the repository that
    /// the container was made with, and one with an index.
    private func proven(_ container: Container) -> (Chain, String)? {
        let named = try? Reference(parsing: container.name)
        func rank(_ chain: Chain) -> Int {
            (chain.repository.name == named?.name ? 2 : 0) + (chain.index != nil ? 1 : 0)
        }
        return chains.compactMap { chain in chain.proof(of: container).map { (chain, $0) } }
            .max {
                (rank($0.0), $1.0.repository.name) < (rank($1.0), $0.0.repository.name)
            }
    }

    /// Compares what is proven with what is claimed; the workflow's agreement makes the grade A.
    private func settle(_ evidence: inout BuilderEvidence, against same: Set<Digest>) {
        // An engine knows one image under the digests of several repositories.
        for claim in claims where claim.method != .engineAlone {
            guard let digest = claim.reference.digest else { continue }
            if !same.contains(digest) {
                evidence.disagreements.append(
                    .init(
                        "\(BuilderEvidence.Method.engine.rawValue) proves "
                            + "\(evidence.digest.map { "\($0)" } ?? "another image")",
                        "\(claim.source) says \(claim.reference)"))
            } else if claim.method == .workflow {
                evidence.grade = .a
                evidence.method = .workflowAndEngine
                evidence.proof.append(.init("workflow", "\(claim.reference)", from: claim.source))
            }
        }
        // What contradicts itself confirms nothing.
        if !evidence.disagreements.isEmpty, evidence.grade == .a {
            evidence.grade = .b
            evidence.method = .engine
        }
    }

    /// Takes somebody's word where nothing is proven: the best word there is.
    private func believe(_ evidence: inout BuilderEvidence) {
        let order: [BuilderEvidence.Method] = [
            .engineAlone, .workflow, .variable, .label, .identity,
        ]
        let words = order.flatMap { method in claims.filter { $0.method == method } }
        guard let best = words.first, let digest = best.reference.digest else { return }
        evidence.grade = best.method == .identity ? .d : .c
        evidence.method = best.method
        evidence.repository = best.reference.name
        evidence.proof.append(.init(best.method.rawValue, "\(best.reference)", from: best.source))
        // What a registry serves under that digest is known even where nothing proves that it ran.
        let known = chains.first { $0.index == digest || $0.manifest == digest }
        if let known { evidence.take(known) } else { evidence.manifest = digest }
        let same = known?.digests ?? [digest]
        for word in words.dropFirst() {
            guard let other = word.reference.digest, !same.contains(other) else { continue }
            if word.method == .engineAlone, best.method == .engineAlone { continue }
            evidence.disagreements.append(
                .init(
                    "\(best.source) says \(best.reference)", "\(word.source) says \(word.reference)"
                ))
        }
    }

    private static func steps(_ container: Container) -> [BuilderEvidence.Step] {
        [
            .init("container", container.id, from: container.source),
            .init("image-id", "\(container.imageID)", from: "engine"),
            .init("image-name", container.name, from: "engine"),
        ]
    }

    private static func steps(
        _ container: Container, _ chain: Chain, _ link: String
    ) -> [BuilderEvidence.Step] {
        let registry = "registry \(chain.repository.host)"
        var steps = Self.steps(container)
        if let manifest = container.manifest {
            steps.append(.init("manifest", "\(manifest)", from: "engine"))
        }
        steps.append(.init("asked", chain.asked, from: registry))
        if let index = chain.index { steps.append(.init("index", "\(index)", from: registry)) }
        steps.append(.init("manifest", "\(chain.manifest)", from: registry))
        steps.append(.init("config", "\(chain.config)", from: registry))
        steps.append(.init("equal", "image-id = \(link)", from: "comparison"))
        return steps
    }
}

extension BuilderEvidence {
    fileprivate mutating func take(_ chain: EvidenceFacts.Chain) {
        repository = chain.repository.name
        index = chain.index
        manifest = chain.manifest
        config = chain.config
        platform = chain.platform
        base = chain.base
        mediaType = chain.mediaType
        size = chain.size
    }
}
