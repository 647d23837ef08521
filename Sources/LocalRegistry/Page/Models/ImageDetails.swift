import OCIRegistry

/// What the page of one manifest shows.
struct ImageDetails: Sendable, Equatable {
    /// Another manifest of the same repository.
    struct Neighbour: Sendable, Equatable {
        /// The manifest.
        var digest: Digest
        /// The tags that name it, or an index that holds it.
        var tags: [Tag]
    }

    /// A manifest that an index holds.
    struct Child: Sendable, Equatable {
        /// The manifest.
        var digest: Digest
        /// What it runs on, where the index says so.
        var platform: Platform?
        /// What it is, where it is no container image, such as an attestation.
        var artifactType: String?
        /// Bytes of the manifest and all that it names.
        var size: Int64
    }

    /// A layer of an image, or a blob of an artifact.
    struct Layer: Sendable, Equatable {
        /// The blob.
        var digest: Digest
        /// Its type.
        var mediaType: MediaType
        /// Compressed bytes.
        var size: Int64
        /// The other manifests of the repository that have it.
        var sharedWith: [Neighbour]
    }

    /// What an image's configuration says; whatever the pusher wrote there.
    struct Settings: Sendable, Equatable {
        /// When it was made.
        var created: String?
        /// What a container starts.
        var entrypoint: [String] = []
        /// The arguments of what it starts.
        var command: [String] = []
        /// The labels.
        var labels: [String: String] = [:]
    }

    /// A manifest whose `subject` is this one: a signature, an attestation.
    struct Referrer: Sendable, Equatable {
        /// The manifest.
        var digest: Digest
        /// What it is.
        var artifactType: String?
        /// Bytes of the manifest.
        var size: Int64
    }

    /// The server.
    var server: ServerSummary
    /// The repository.
    var repository: RepositoryName
    /// The manifest.
    var digest: Digest
    /// The tags that name it, newest first.
    var tags: [Tag]
    /// Its type.
    var mediaType: MediaType
    /// What it is, where it is no container image.
    var artifactType: String?
    /// Bytes of the manifest and all that it names, each blob counted once.
    var size: Int64
    /// When it was last pushed, in seconds since 1970.
    var pushed: Double?
    /// What an image runs on.
    var platform: Platform?
    /// An index's manifests, in its order.
    var children: [Child] = []
    /// The indexes of the repository that hold it.
    var indexes: [Neighbour] = []
    /// An image's configuration.
    var settings: Settings?
    /// The manifest's annotations.
    var annotations: [String: String] = [:]
    /// The layers, from the lowest up.
    var layers: [Layer] = []
    /// What refers to it.
    var referrers: [Referrer] = []
}
