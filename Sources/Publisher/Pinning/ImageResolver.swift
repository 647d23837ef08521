import ImageTags
import OCIRegistry

/// Asks registries what images are: each question once, all at the same time. The transport bounds how many
/// requests a host gets at a time.
struct ImageResolver: Sendable {
    /// The most tags of a repository that are asked for their digests to find what holds a pin.
    private static let tagLimit = 1000

    let session: Session
    let configuration: Configuration?
    /// What is known of digests already: what a digest is never changes.
    let known: ImageFacts

    /// What was found, and what could not be.
    struct Answer: Sendable {
        var facts: ImageFacts
        /// The first failure of each registry.
        var failures: [RegistryHost: OCIError] = [:]
    }

    /// Finds out all that a plan asks of some uses. Throws where the task is cancelled.
    func resolve(_ plan: PinPlan, _ uses: [ImageUse]) async throws -> Answer {
        var answer = Answer(facts: known)
        while true {
            let questions = plan.questions(uses, answer.facts).sorted {
                $0.description < $1.description
            }
            guard !questions.isEmpty else { break }
            let facts = answer.facts
            let answers = await concurrently(questions) { await ask($0, facts) }
            try Task.checkCancellation()
            for (question, found) in zip(questions, answers) { note(question, found, &answer) }
        }
        for repository in own(uses) { await findHolders(repository, uses, &answer) }
        try Task.checkCancellation()
        return answer
    }

    private func note(
        _ question: Reference, _ found: Result<ImageState, OCIError>, _ answer: inout Answer
    ) {
        switch found {
        case .success(let state):
            answer.facts.states[question] = state
            if let digest = state.digest {
                answer.facts.states[question.with(digest: digest)] = state
            }
        case .failure(let error):
            answer.facts.states[question] = .unknown(error.message)
            if answer.failures[question.host] == nil { answer.failures[question.host] = error }
        }
    }

    private func ask(_ question: Reference, _ facts: ImageFacts) async -> Result<
        ImageState, OCIError
    > {
        let repository = session.repository(question)
        do {
            guard let digest = try await repository.digest(question.selector) else {
                return .success(.missing)
            }
            if let state = facts.states[question.with(digest: digest)], state.digest != nil {
                return .success(state)
            }
            let manifest = try await repository.manifest("\(digest)")
            return .success(manifest.map(Self.state) ?? .missing)
        } catch let error as OCIError {
            return error.kind == .notFound ? .success(.missing) : .failure(error)
        } catch {
            return .failure(OCIError(.temporary, "interrupted"))
        }
    }

    private static func state(_ manifest: Manifest) -> ImageState {
        guard case .index(let index) = manifest.view else { return .image(manifest.digest, nil) }
        var platforms: [Platform: Digest] = [:]
        for child in index.manifests {
            guard let platform = child.platform, !platform.isUnknown else { continue }
            platforms[platform] = child.digest
        }
        return .index(manifest.digest, platforms: platforms)
    }

    // MARK: What holds the pins of our own images

    /// The repositories of the configuration that something is pinned to.
    private func own(_ uses: [ImageUse]) -> [Reference] {
        let ours = Set((configuration?.images ?? []).flatMap(\.destinations).map(\.reference))
        let pinned = uses.compactMap(\.reference).filter { $0.digest != nil }.map {
            Reference(host: $0.host, repository: $0.repository)
        }
        return ours.intersection(pinned).sorted { $0.description < $1.description }
    }

    private func findHolders(
        _ place: Reference, _ uses: [ImageUse], _ answer: inout Answer
    ) async {
        let repository = session.repository(place)
        guard let tags = try? await repository.tags(), tags.count <= Self.tagLimit,
            let digests = try? await repository.digests(of: tags)
        else { return }
        let rules = (configuration?.images ?? []).filter { $0.destination(like: place) != nil }
        let kinds = TagKinds(rules: rules, foldsCase: true)
        for tag in tags where kinds.kind(tag) == .rolling {
            answer.facts.rolling.insert(place.with(tag: tag))
        }
        // What an index holds is held by what holds the index.
        var parents: [Digest: Set<Digest>] = [:]
        for case .index(let index, let platforms) in answer.facts.states.values {
            for child in platforms.values { parents[child, default: []].insert(index) }
        }
        for pin in Set(
            uses.compactMap(\.reference).filter { $0.name == place.name }.compactMap(\.digest))
        {
            let holding = parents[pin, default: []].union([pin])
            answer.facts.holders[place.with(digest: pin)] = Set(
                digests.filter { holding.contains($0.value) }.keys)
        }
    }
}
