public import OCIRegistry

/// Finds out which image the job runs in, by asking whoever may know.
public struct EvidenceCollector: Sendable {
    /// The environment variable in which a runner's operator names the image.
    public static let variable = "PUBLISHER_BUILDER_IMAGE"
    /// The label by which a runner's operator names the image on its containers.
    public static let label = "publisher.builder.image"
    /// Where an image holds its identity, a line of 16 to 128 letters, digits, `.`, `_` and `-`.
    public static let identityFile = "/etc/publisher/image-identity"

    /// An engine's answers, as it gives them.
    public struct Engine: Sendable {
        let container: @Sendable (String) async throws -> [UInt8]
        let containers: @Sendable () async throws -> [UInt8]
        let image: @Sendable (String) async throws -> [UInt8]

        /// An engine that is asked in these ways.
        public init(
            container: @escaping @Sendable (String) async throws -> [UInt8],
            containers: @escaping @Sendable () async throws -> [UInt8],
            image: @escaping @Sendable (String) async throws -> [UInt8]
        ) {
            self.container = container
            self.containers = containers
            self.image = image
        }

        /// The engine behind a socket.
        public init(_ engine: DockerEngine) {
            self.init(
                container: { try await engine.inspect(container: $0) },
                containers: { try await engine.containers() },
                image: { try await engine.inspect(image: $0) })
        }
    }

    /// What the kernel tells.
    public var traces: ContainerTraces
    /// The engine; nil where there is to be none.
    public var engine: Engine?
    /// Gives the manifest behind a tag or digest; nil where there is none.
    public var manifest: @Sendable (Reference) async throws -> Manifest?
    /// What the workflow and the operator say.
    public var words: [EvidenceFacts.Claim] = []
    /// The image by a tag, for people to be told.
    public var tagged: Reference?
    /// The image's baked identity.
    public var identity: String?
    /// Gives the image that a signed record names for an identity; nil where there is none.
    public var published: @Sendable (String) async throws -> Reference? = { _ in nil }

    /// A collector that asks an engine and registries.
    public init(
        traces: ContainerTraces, engine: Engine?,
        manifest: @escaping @Sendable (Reference) async throws -> Manifest?
    ) {
        self.traces = traces
        self.engine = engine
        self.manifest = manifest
    }

    /// Asks. What does not answer is in the notes; nothing is thrown.
    public func collect() async -> EvidenceFacts {
        var facts = EvidenceFacts()
        facts.claims = words
        var image: ImageDocument?
        if let (container, document) = await container(&facts) {
            facts.container = container
            image = await self.image(container, document, &facts)
            await prove(container, document, image, &facts)
        }
        let isProven = facts.container.map { container in
            facts.chains.contains { $0.proof(of: container) != nil }
        }
        guard isProven != true else { return facts }
        await complete(&facts)
        await recall(&facts)
        await look(&facts)
        return facts
    }

    /// The job's container, as the engine has it.
    private func container(
        _ facts: inout EvidenceFacts
    ) async -> (EvidenceFacts.Container, ContainerDocument)? {
        guard !traces.isEmpty else {
            facts.notes.append("this process shows no sign of a container")
            return nil
        }
        guard let engine else {
            facts.notes.append("no engine was asked")
            return nil
        }
        do {
            for candidate in traces.candidates {
                guard let document = try await Self.find(candidate.id, engine) else { continue }
                // The files may be those of a container whose network this one shares.
                let isSame = traces.storage.flatMap { own in document.storage.map { $0 == own } }
                guard isSame ?? (candidate.id.utf8.count == 64) else { continue }
                return (document.container(candidate.source), document)
            }
            if let storage = traces.storage,
                let document = try await Self.search(storage, engine)
            {
                return (document.container("the root's storage"), document)
            }
            facts.notes.append(
                "the engine does not run this container: it may be another engine's, as in Docker in "
                    + "Docker")
        } catch {
            facts.notes.append(Self.text(error))
        }
        return nil
    }

    private static func find(_ id: String, _ engine: Engine) async throws -> ContainerDocument? {
        do {
            return try JSON.decode(
                ContainerDocument.self, from: try await engine.container(id),
                what: "the engine's description of the container")
        } catch let error as OCIError where error.kind == .notFound { return nil }
    }

    /// The running container with this storage, among at most 200.
    private static func search(
        _ storage: String, _ engine: Engine
    ) async throws -> ContainerDocument? {
        let all = try JSON.decode(
            [ContainerListEntry].self, from: try await engine.containers(),
            what: "the engine's list of containers")
        for entry in all.prefix(200) {
            if let found = try await find(entry.id, engine), found.storage == storage {
                return found
            }
        }
        return nil
    }

    private func image(
        _ container: EvidenceFacts.Container, _ document: ContainerDocument,
        _ facts: inout EvidenceFacts
    ) async -> ImageDocument? {
        guard let engine else { return nil }
        do {
            let image = try JSON.decode(
                ImageDocument.self, from: try await engine.image("\(container.imageID)"),
                what: "the engine's description of the image")
            for text in image.repoDigests ?? [] {
                if let reference = try? Reference(parsing: text), reference.digest != nil {
                    facts.claims.append(.init(.engineAlone, reference, source: "the engine"))
                }
            }
            addLabel(document, image, &facts)
            return image
        } catch {
            facts.notes.append(Self.text(error))
            return nil
        }
    }

    /// The operator's label; one that the image brings along is whoever made the image's.
    private func addLabel(
        _ document: ContainerDocument, _ image: ImageDocument, _ facts: inout EvidenceFacts
    ) {
        guard let text = document.settings.labels?[Self.label],
            image.settings?.labels?[Self.label] == nil
        else { return }
        let source = "the container's label \(Self.label)"
        if let reference = try? Reference(parsing: text), reference.digest != nil {
            facts.claims.append(.init(.label, reference, source: source))
        } else {
            facts.notes.append("\(source) is no image with a digest")
        }
    }

    private static func text(_ error: any Error) -> String {
        guard let error = error as? OCIError else { return "it could not be asked" }
        return (error.subject.map { "\($0): " } ?? "") + error.message
    }
}

extension ContainerDocument {
    fileprivate func container(_ source: String) -> EvidenceFacts.Container {
        EvidenceFacts.Container(
            id: id, source: source, imageID: image, name: settings.image ?? "",
            manifest: manifest?.digest)
    }
}

extension EvidenceCollector {
    /// Asks registries about the image: by the engine's digests, by the image's id, which in containerd's
    /// store is a digest too, and by tag, where only what it leads to counts.
    private func prove(
        _ container: EvidenceFacts.Container, _ document: ContainerDocument,
        _ image: ImageDocument?, _ facts: inout EvidenceFacts
    ) async {
        // The repository that the container was made with comes first: where that one proves it, nobody
        // waits for others, which may be mirrors out of reach or, with Podman, `localhost`, which is none.
        let own = Self.tagged(container.name)?.name
        let digests = (image?.repoDigests ?? []).compactMap { try? Reference(parsing: $0) }
            .filter { $0.host.description != "localhost" }
        let ordered = digests.filter { $0.name == own } + digests.filter { $0.name != own }
        let tags = ([container.name] + (image?.repoTags ?? [])).compactMap { Self.tagged($0) }
            .filter { $0.host.description != "localhost" }
        let byID = (ordered + tags).map { $0.with(digest: container.imageID) }
        let isContainerd =
            image?.top != nil || container.manifest != nil || document.driver?.data == nil
        let asked = ordered + (isContainerd ? byID : []) + tags
        var seen: Set<Reference> = []
        let ready = ChainReader(manifest: manifest, container: container, image: image)
        for reference in asked where seen.insert(reference).inserted && seen.count <= 12 {
            do {
                guard let chain = try await ready.chain(reference) else { continue }
                facts.chains.append(chain)
                // One proof is enough, unless the container was made with another repository's name.
                if chain.proof(of: container) != nil, reference.digest != nil { return }
            } catch {
                facts.notes.append(Self.text(error))
            }
        }
        guard !facts.chains.contains(where: { $0.proof(of: container) != nil }) else { return }
        facts.notes.append(
            asked.isEmpty
                ? "the engine names no registry for the image: it was built there, or lost its name"
                : "no registry proves the image \(container.imageID)")
    }

    /// A name with a host, as Docker takes it, with the tag that it stands for.
    private static func tagged(_ name: String) -> Reference? {
        guard !name.hasPrefix("sha256:"), var reference = try? Reference(parsing: name) else {
            return nil
        }
        if reference.tag == nil, reference.digest == nil { reference.tag = try? Tag("latest") }
        return reference
    }

    /// Learns what a registry serves under the digests that are merely claimed.
    private func complete(_ facts: inout EvidenceFacts) async {
        let reader = ChainReader(manifest: manifest, container: nil, image: nil)
        var known = Set(facts.chains.flatMap(\.digests))
        for claim in facts.claims.prefix(8) {
            guard let digest = claim.reference.digest, !known.contains(digest) else { continue }
            if let chain = try? await reader.chain(claim.reference) {
                facts.chains.append(chain)
                known.formUnion(chain.digests)
            } else {
                facts.notes.append("what registries serve does not complete \(claim.reference)")
            }
        }
    }

    /// Looks for the record of the publish of an image with this identity, where nobody says more.
    private func recall(_ facts: inout EvidenceFacts) async {
        guard facts.claims.isEmpty, let identity else { return }
        do {
            if let reference = try await published(identity) {
                facts.claims.append(.init(.identity, reference, source: Self.identityFile))
                await complete(&facts)
            } else {
                facts.notes.append("no record tells of an image with the identity \(identity)")
            }
        } catch {
            facts.notes.append(Self.text(error))
        }
    }

    /// Looks what the tag names now, where nobody says anything.
    private func look(_ facts: inout EvidenceFacts) async {
        let hint = tagged ?? facts.container.flatMap { Self.tagged($0.name) }
        guard facts.claims.isEmpty, let hint, hint.digest == nil else { return }
        let digest = try? await manifest(hint)?.digest
        facts.tagSeen = .init(reference: "\(hint)", digest: digest)
    }
}
