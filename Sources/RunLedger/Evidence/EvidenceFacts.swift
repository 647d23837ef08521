public import OCIRegistry

/// What was found out about the image of a job, before it is judged.
public struct EvidenceFacts: Sendable, Hashable {
    /// What the engine says of the job's container.
    public struct Container: Sendable, Hashable {
        /// The container's id.
        public var id: String
        /// Where the id was found.
        public var source: String
        /// The image that it was made of: in a classic store the configuration's digest, in containerd's
        /// that of the manifest or index.
        public var imageID: Digest
        /// The name that it was made with.
        public var name: String
        /// The platform's manifest, which engines with containerd's store tell since 28.
        public var manifest: Digest?

        /// A container.
        public init(
            id: String, source: String, imageID: Digest, name: String, manifest: Digest? = nil
        ) {
            self.id = id
            self.source = source
            self.imageID = imageID
            self.name = name
            self.manifest = manifest
        }
    }

    /// What a registry serves by digest, from the top down to the configuration.
    public struct Chain: Sendable, Hashable {
        /// The repository.
        public var repository: Reference
        /// The index, where there is one.
        public var index: Digest?
        /// The manifest.
        public var manifest: Digest
        /// The configuration.
        public var config: Digest
        /// The manifest's platform, as the index has it.
        public var platform: String?
        /// What was asked for: a digest of the engine's, or a tag.
        public var asked: String
        /// What the image was made on, as its annotations have it.
        public var base: String?
        /// The type of the index, else of the manifest.
        public var mediaType: MediaType?
        /// Its bytes.
        public var size: Int64?

        /// A chain.
        public init(
            repository: Reference, index: Digest?, manifest: Digest, config: Digest,
            platform: String? = nil, asked: String, base: String? = nil
        ) {
            self.repository = repository
            self.index = index
            self.manifest = manifest
            self.config = config
            self.platform = platform
            self.asked = asked
            self.base = base
        }

        /// All digests of it.
        public var digests: Set<Digest> { Set([index, manifest, config].compactMap { $0 }) }

        /// How it proves to be the container's image; nil where it does not.
        func proof(of container: Container) -> String? {
            if let manifest = container.manifest, manifest != self.manifest { return nil }
            if config == container.imageID { return "config" }
            if manifest == container.imageID { return "manifest" }
            if index == container.imageID { return "index" }
            return nil
        }
    }

    /// Somebody's word for a digest.
    public struct Claim: Sendable, Hashable {
        /// Whose.
        public var method: BuilderEvidence.Method
        /// What it says, with a digest.
        public var reference: Reference
        /// Where it stands.
        public var source: String

        /// A claim.
        public init(_ method: BuilderEvidence.Method, _ reference: Reference, source: String) {
            self.method = method
            self.reference = reference
            self.source = source
        }
    }

    /// The job's container, where an engine knows it.
    public var container: Container?
    /// What registries serve of what the engine or a claim names.
    public var chains: [Chain] = []
    /// Words for digests, in no order.
    public var claims: [Claim] = []
    /// What a tag names.
    public var tagSeen: BuilderEvidence.TagSeen?
    /// What did not work, and why.
    public var notes: [String] = []

    /// Nothing yet.
    public init() {}
}
