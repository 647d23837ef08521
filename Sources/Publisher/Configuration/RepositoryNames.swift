import OCIRegistry

/// What users may write for an image in a registry: a whole reference, or a name of `publisher.yaml`
/// in its place.
///
/// - `docker://HOST/REPOSITORY` is a whole reference, by Docker's rules.
/// - `NAME`, without a slash, is an image of the configuration; where that goes to several
///   repositories, the first is meant.
/// - `REGISTRY/REPOSITORY` is in a registry that the configuration calls so, as in its own
///   `repository:`. What could be a host, having a dot or a colon or being `localhost`, is one.
/// - Anything else is a whole reference, by Docker's rules.
///
/// Each takes `[:TAG][@DIGEST]`.
struct RepositoryNames: Sendable {
    /// A reference, and what it was called.
    struct Found: Sendable, Hashable {
        /// Where it is.
        var reference: Reference
        /// The image whose name it was written by; nil where it was not.
        var image: ImageRules?
    }

    /// Where the names are from, where there is one.
    let configuration: Configuration?

    /// The registries whose settings hold.
    var registries: [RegistrySettings] { configuration?.registries ?? [] }

    /// Reads a reference or name. Throws ``OCIError`` (usage, or bad data for a digest).
    func find(_ text: String) throws(OCIError) -> Found {
        let prefix = "docker://"
        if text.hasPrefix(prefix) {
            return Found(reference: try Reference(parsing: text.dropFirst(prefix.count)))
        }
        guard let slash = text.firstIndex(of: "/") else { return try image(text) }
        let first = text[..<slash]
        if !Self.isHost(first), let registry = registries.first(where: { $0.name == first }) {
            return Found(reference: try Self.reference(text[slash...].dropFirst(), registry.host))
        }
        return Found(reference: try Reference(parsing: text))
    }

    /// The reference alone. Throws as ``find(_:)`` does.
    func reference(_ text: String) throws(OCIError) -> Reference { try find(text).reference }

    /// A repository with an optional tag, to which something goes. Throws ``OCIError`` (usage) for
    /// anything else.
    func destination(_ text: String) throws(OCIError) -> Reference {
        let reference = try reference(text)
        guard reference.digest == nil else {
            throw OCIError(
                .usage, "a destination is a repository and a tag, never a digest", subject: text,
                advice: "the digest follows from what is pushed: leave '@…' out")
        }
        return reference
    }

    /// An image wherever it is: with a prefix as that says; else what is found at a path; else a
    /// reference or name.
    ///
    /// Throws as ``ImageLocation/parse(_:position:reference:)`` does.
    func location(_ text: String) async throws -> ImageLocation {
        try await ImageLocation.parse(text, position: .destination) {
            (text) throws(OCIError) in try reference(text)
        }
    }

    /// The host of a registry, which may be written by its name in the configuration.
    ///
    /// Throws ``OCIError`` (usage).
    func host(_ text: String) throws(OCIError) -> RegistryHost {
        let named = Self.isHost(text) ? nil : registries.first { $0.name == text }
        if let named { return named.host }
        return try RegistryHost(text)
    }

    /// Whether a word is a registry's host or its name in the configuration, not an image or repository.
    func mayBeHost(_ text: String) -> Bool {
        !text.contains("/") && (Self.isHost(text) || registries.contains { $0.name == text })
    }

    /// Whether the first part of a reference is a host by Docker's rules.
    private static func isHost(_ text: some StringProtocol) -> Bool {
        text.contains { $0 == "." || $0 == ":" } || text == "localhost"
    }

    private func image(_ text: String) throws(OCIError) -> Found {
        let name = text.prefix { $0 != ":" && $0 != "@" }
        let image = configuration?.images.first { $0.name == name }
        guard let image, let place = image.destinations.first else { throw unknown(name, text) }
        let reference = try Self.reference(
            "\(place.name)" + text.dropFirst(name.count), place.registry.host)
        return Found(reference: reference, image: image)
    }

    /// A repository of a host that may be any: by Docker's rules, one without a dot is none.
    private static func reference(
        _ rest: some StringProtocol, _ host: RegistryHost
    ) throws(OCIError) -> Reference {
        var reference = try Reference(parsing: "localhost/\(rest)")
        reference.host = host
        return reference
    }

    private func unknown(_ name: some StringProtocol, _ text: String) -> OCIError {
        var advice = "write the host too: HOST/REPOSITORY:TAG"
        // On Docker Hub alone, names have no slash.
        if let hub = try? Reference(parsing: text) { advice += ", such as \(hub)" }
        if let configuration {
            let known = configuration.images.map(\.name).joined(separator: ", ")
            advice +=
                known.isEmpty
                ? "; \(configuration.path) has no images"
                : "; or a name of \(configuration.path): its images are \(known)"
        } else {
            advice += "; there is no publisher.yaml here that names images: --config names one"
        }
        return OCIError(
            .usage, "'\(name)' is neither an image of publisher.yaml nor HOST/REPOSITORY",
            subject: text, advice: advice)
    }
}
