public import OCIRegistry

/// Which image a job ran in, how well that is known, and how it came to be known.
public struct BuilderEvidence: Sendable, Hashable, Codable {
    /// How the digest was found.
    public enum Method: String, Sendable, Codable {
        /// The workflow's digest, confirmed by engine and registry.
        case workflowAndEngine = "workflow+engine"
        /// The engine's image, proven by the registry.
        case engine
        /// The engine's word alone.
        case engineAlone = "engine-unproven"
        /// The workflow's word alone.
        case workflow
        /// An environment variable that the runner's operator sets.
        case variable = "operator-variable"
        /// A label that the runner's operator gives its containers.
        case label = "operator-label"
        /// The image's own identity, and the record of its publish.
        case identity = "baked-identity"
        /// None.
        case none
    }

    /// One step of the proof: what was learned, and of whom.
    public struct Step: Sendable, Hashable, Codable {
        /// What it is: `container`, `image-id`, `index`, `manifest`, `config`, …
        public var what: String
        /// What was learned.
        public var value: String
        /// Of whom.
        public var from: String

        /// A step.
        public init(_ what: String, _ value: String, from: String) {
            self.what = what
            self.value = value
            self.from = from
        }
    }

    /// Two ways that lead to different images.
    public struct Disagreement: Sendable, Hashable, Codable {
        /// One way, and what it says.
        public var one: String
        /// Another, and what that says.
        public var other: String

        /// A disagreement.
        public init(_ one: String, _ other: String) {
            self.one = one
            self.other = other
        }
    }

    /// What a tag named when it was asked: for people, never what ran.
    public struct TagSeen: Sendable, Hashable, Codable {
        /// `HOST/REPOSITORY:TAG`.
        public var reference: String
        /// What it named.
        public var digest: Digest?

        /// What a tag named.
        public init(reference: String, digest: Digest?) {
            self.reference = reference
            self.digest = digest
        }
    }

    /// How well it is known.
    public var grade: Grade
    /// How it was found.
    public var method: Method
    /// `HOST/REPOSITORY` of the image; nil where no digest is known.
    public var repository: String?
    /// The index, where the image is one of several platforms.
    public var index: Digest?
    /// The platform's manifest; or what is claimed to be an index or a manifest, where no registry told
    /// which.
    public var manifest: Digest?
    /// The configuration.
    public var config: Digest?
    /// The type of ``digest``, where a registry told.
    public var mediaType: MediaType?
    /// Its bytes.
    public var size: Int64?
    /// `os/architecture`.
    public var platform: String?
    /// What the image was made on, as it says itself: `HOST/REPOSITORY@DIGEST`.
    public var base: String?
    /// The proof, step by step.
    public var proof: [Step]
    /// Ways that lead to different images. One is enough to fail every check of the grade.
    public var disagreements: [Disagreement]
    /// Why the grade is no better, and whatever else is worth telling.
    public var notes: [String]
    /// What a tag named then.
    public var tagSeen: TagSeen?

    /// What is known of an image of which nothing is known.
    public init() {
        grade = .e
        method = .none
        proof = []
        disagreements = []
        notes = []
    }

    /// The index, else the manifest: what a pull is pinned to.
    public var digest: Digest? { index ?? manifest }

    /// The descriptor of ``digest``, where a registry told all of it.
    public var descriptor: Descriptor? {
        guard let digest, let mediaType, let size else { return nil }
        return Descriptor(mediaType: mediaType, digest: digest, size: size)
    }

    /// `HOST/REPOSITORY@DIGEST`.
    public var reference: String? {
        guard let repository, let digest else { return nil }
        return "\(repository)@\(digest)"
    }

    /// Every digest that names the image.
    public var digests: [Digest] { [index, manifest, config].compactMap { $0 } }

    /// Why it does not do where a grade is asked for; nil where it does.
    public func fault(below minimum: Grade) -> RecordFault? {
        if let first = disagreements.first {
            return RecordFault(
                .grade,
                "its evidence contradicts itself: \(first.one), but \(first.other)")
        }
        guard grade < minimum else { return nil }
        let why = notes.isEmpty ? "" : ": \(notes.joined(separator: "; "))"
        return RecordFault(
            .grade, "its evidence is of grade \(grade.rawValue), not \(minimum.rawValue)\(why)")
    }
}
