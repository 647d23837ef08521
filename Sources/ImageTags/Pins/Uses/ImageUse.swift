public import OCIRegistry

/// A place in a file that says which image is used, and what it comes to.
public struct ImageUse: Sendable, Hashable {
    /// What uses the image.
    public enum Kind: String, Sendable, CaseIterable, Codable, Comparable {
        /// `FROM` of a Dockerfile.
        case from
        /// `COPY --from` of a Dockerfile.
        case copyFrom = "copy-from"
        /// `RUN --mount=from=` of a Dockerfile.
        case mountFrom = "mount-from"
        /// `# syntax=` of a Dockerfile.
        case syntax
        /// `image` of a compose service.
        case compose
        /// `build.additional_contexts` of a compose service.
        case buildContext = "build-context"
        /// A build argument that a Dockerfile takes an image from.
        case buildArgument = "build-argument"
        /// `build.dockerfile_inline` of a compose service.
        case inlineBuild = "inline-build"
        /// `container` of a workflow's job.
        case container
        /// `services` of a workflow's job.
        case service
        /// `uses: docker://` of a workflow's step.
        case step
        /// `runs.image` of an action.
        case action
        /// A runner's label.
        case runnerLabel = "runner-label"
        /// A container of a Kubernetes pod.
        case pod
        /// An image volume of a Kubernetes pod.
        case volume

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// What an image's text comes to.
    public enum Outcome: Sendable, Hashable {
        /// An image, and where its digest stands or goes.
        case reference(Reference, PinSpot)
        /// Nothing that can be pinned, and why.
        case skipped(SkipReason)
    }

    /// The file that it stands in, as it was given.
    public var path: String
    /// What uses the image.
    public var kind: Kind
    /// The bytes of the file that say which image, variables and all.
    public var range: Range<Int>
    /// The line it starts in, from 1.
    public var line: Int
    /// The character of the line that it starts at, from 1.
    public var column: Int
    /// What stands there.
    public var written: String
    /// The platform that `--platform` or `platform:` asks for, where it is known.
    public var platform: Platform?
    /// What it comes to.
    public var outcome: Outcome
    /// Variables that choose the image as long as it is not pinned; Docker follows the digest and no
    /// longer looks at what they say. Empty where the pin stands in the variable's own value.
    public var inertVariables: [String] = []

    /// The image, where it is one.
    public var reference: Reference? {
        if case .reference(let reference, _) = outcome { reference } else { nil }
    }
    /// Where its digest stands or goes, where it is an image.
    public var spot: PinSpot? { if case .reference(_, let spot) = outcome { spot } else { nil } }
    /// Why nothing can be pinned.
    public var skipReason: SkipReason? {
        if case .skipped(let reason) = outcome { reason } else { nil }
    }
    /// `path:line:column`.
    public var place: String { "\(path):\(line):\(column)" }
}

/// Where a digest stands, or would.
public struct PinSpot: Sendable, Hashable {
    /// The file, which need not be the one with the use: a value can come from `.env`.
    public var path: String
    /// The digest's bytes without the `@`; empty where `@` and a digest would go in.
    public var range: Range<Int>

    /// Whether a digest is there already.
    public var isPinned: Bool { !range.isEmpty }
}
