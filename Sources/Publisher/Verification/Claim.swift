import ImageTags
import OCIRegistry

/// That places in registries name one digest, whose content is all there.
struct Claim: Sendable {
    /// A tag, or the repository alone where the digest has to be there whatever names it.
    struct Place: Sendable {
        /// The repository, and the tag where there is one.
        var reference: Reference
        /// What helps to understand a difference.
        var note: String?
    }

    /// What a receipt tells of the digest.
    struct Facts: Sendable {
        var mediaType: MediaType?
        var size: Int64?
        var config: Digest?
    }

    /// The digest that all should name; nil for whatever the first that is there names.
    var digest: Digest?
    /// The places; the first is what others are compared with.
    var places: [Place]
    /// What is told of the digest.
    var facts = Facts()
    /// What is known to be wrong before anything is asked.
    var findings: [Finding] = []
    /// Whether it may be that none of the places is there yet.
    var isOptional = false

    /// A claim about a reference, which has a tag, a digest or both, and what else names the same.
    ///
    /// Throws ``OCIError`` (usage) where it has neither.
    init(_ reference: Reference, same others: [Reference] = []) throws(OCIError) {
        guard reference.tag != nil || reference.digest != nil else {
            throw OCIError(
                .usage, "neither a tag nor a digest is given", subject: "\(reference)",
                advice: "name one: \(reference):TAG; 'latest' is never assumed")
        }
        var plain = reference
        plain.digest = nil
        digest = reference.digest
        places = [Place(reference: plain)] + others.map { Place(reference: $0) }
    }

    init(digest: Digest?, places: [Place]) {
        self.digest = digest
        self.places = places
    }
}

extension Claim {
    /// What an image's rolling tags have to be in one channel: the same in all its repositories.
    /// Nil where it has none that can be told without knowing a version.
    init?(_ image: ImageRules, _ rules: ImageRules.ChannelRules) throws(OCIError) {
        var tags: [Tag] = []
        for template in rules.tags.rolling where template.places.isSubset(of: [.channel]) {
            let name = template.description.replacing("{channel}", with: rules.channel.name)
            tags.append(try Tag(name))
        }
        guard !tags.isEmpty else { return nil }
        self.init(
            digest: nil,
            places: image.destinations.flatMap { destination in
                tags.map { tag in
                    Place(reference: destination.reference.with(tag: tag))
                }
            })
    }

    /// What a receipt claims of one repository.
    ///
    /// Throws ``OCIError`` (bad data) for names that are none.
    init(_ destination: PublishReceipt.Destination) throws(OCIError) {
        let repository = try Self.repository(destination.repository)
        digest = destination.digest
        places = destination.digest == nil ? [] : [Place(reference: repository)]
        facts = Facts(
            mediaType: destination.mediaType, size: destination.size, config: destination.config)
        for entry in destination.tags where entry.outcome.isHeld {
            guard digest != nil else { break }
            places.append(
                Place(
                    reference: repository.with(tag: try Tag(entry.tag)),
                    note: entry.kind == .rolling
                        ? "a rolling tag, which a later publish may have moved" : nil))
        }
        if !destination.complete {
            findings.append(
                Finding(
                    .incomplete, destination.repository,
                    note: destination.failure ?? "the receipt says so"))
        }
    }
}

extension Claim {
    /// `HOST/REPOSITORY`, whose host is always written in a receipt, also where it has no dot.
    private static func repository(_ text: String) throws(OCIError) -> Reference {
        let host = text.prefix { $0 != "/" }
        return Reference(
            host: try RegistryHost(host),
            repository: try RepositoryName(text.dropFirst(host.count + 1)))
    }
}

extension PublishReceipt.TagEntry.Outcome {
    /// Whether the tag named the receipt's digest when it was written.
    fileprivate var isHeld: Bool {
        switch self {
        case .created, .moved, .already: true
        case .superseded, .withheld, .rolledBack, .conflicted, .untouched: false
        }
    }
}
