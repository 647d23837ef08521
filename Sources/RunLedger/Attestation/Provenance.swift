import OCIRegistry

/// How artifacts came to be. SLSA provenance v1.
public struct Provenance: Sendable, Hashable, Codable {
    /// What was asked for, and all that went into it. "BuildDefinition".
    public struct BuildDefinition: Sendable, Hashable, Codable {
        /// How the parameters are to be understood: ``Provenance/buildType``.
        public var buildType: String
        /// What whoever may change the repository decides.
        public var externalParameters: ExternalParameters
        /// What the CI and whoever runs it decides.
        public var internalParameters: InternalParameters
        /// What it was made of and with.
        public var resolvedDependencies: [ResourceDescriptor]
    }

    /// The run. "RunDetails".
    public struct RunDetails: Sendable, Hashable, Codable {
        /// Who ran it: the platform, never the builder image.
        public var builder: Builder
        /// Which run it was, and when.
        public var metadata: Metadata
    }

    /// The platform. "Builder".
    public struct Builder: Sendable, Hashable, Codable {
        /// Its URI.
        public var id: String
    }

    /// Which run it was. "BuildMetadata".
    public struct Metadata: Sendable, Hashable, Codable {
        /// The job of the run, in the words of its server.
        public var invocationId: String
        /// When the record was begun. RFC 3339, in UTC.
        public var startedOn: String
        /// When it was finished. RFC 3339, in UTC.
        public var finishedOn: String?
    }

    /// A workflow's job.
    public struct ExternalParameters: Sendable, Hashable, Codable {
        /// The workflow.
        public struct Workflow: Sendable, Hashable, Codable {
            /// The git repository's URL.
            public var repository: String?
            /// The git ref.
            public var ref: String?
            /// The workflow's name.
            public var name: String?
            /// The workflow's file, where the CI tells.
            public var path: String?
        }

        /// The workflow.
        public var workflow: Workflow
        /// The job in it.
        public var job: String
    }

    /// The run as the CI numbers it, and what was found out about its image.
    public struct InternalParameters: Sendable, Hashable, Codable {
        /// The run.
        public struct Run: Sendable, Hashable, Codable {
            public var server: String?
            public var id: String
            public var attempt: Int
            public var number: String?
            public var event: String?
            public var actor: String?
            public var runner: String?
        }

        /// Where the record belongs.
        public struct Ledger: Sendable, Hashable, Codable {
            /// `HOST/REPOSITORY`.
            public var repository: String
            /// What it tells of.
            public var phase: RunRecord.Phase
            /// The tag of the record that this one goes on from.
            public var previous: String?
        }

        /// The run.
        public var run: Run
        /// What was found out about the image that it ran in.
        public var builderImage: BuilderEvidence
        /// Where the record belongs.
        public var ledger: Ledger
    }

    /// What was asked for, and all that went into it.
    public var buildDefinition: BuildDefinition
    /// The run.
    public var runDetails: RunDetails

    /// A job of a workflow of Gitea's, Forgejo's or GitHub's Actions, as ``RunRecord`` tells it.
    public static let buildType = "urn:publisher:ci-run:v1"
}

// A parameter that is not known here could change what the rest means, so it is refused. SLSA
// verification, "externalParameters".

extension Provenance.ExternalParameters {
    enum CodingKeys: String, CodingKey { case workflow, job }

    /// Reads the parameters. Throws ``OCIError`` (bad data) for one that is not known.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        workflow = try container.decode(Workflow.self, forKey: .workflow)
        job = try container.decode(String.self, forKey: .job)
    }
}

extension Provenance.ExternalParameters.Workflow {
    enum CodingKeys: String, CodingKey { case repository, ref, name, path }

    /// Reads the parameters. Throws ``OCIError`` (bad data) for one that is not known.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknown(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        repository = try container.decodeIfPresent(String.self, forKey: .repository)
        ref = try container.decodeIfPresent(String.self, forKey: .ref)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        path = try container.decodeIfPresent(String.self, forKey: .path)
    }
}

extension Decoder {
    /// Throws ``OCIError`` (bad data) where an object has other members than these.
    fileprivate func refuseUnknown<Keys: CodingKey>(_: Keys.Type) throws {
        let strange = try container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
            .filter { Keys(stringValue: $0) == nil }
        guard strange.isEmpty else {
            throw OCIError(
                .badData,
                "it has parameters that are not known here: "
                    + strange.sorted().joined(separator: ", "))
        }
    }
}

/// Any member of an object.
private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}
