import ImageTags
import OCIRegistry

/// An image to publish: what is to be done, and where the image is.
struct PublishOrder: Sendable {
    let plan: PublishPlan
    let location: ImageLocation
}

/// An image that may be published: it is what it has to be, and every registry was looked at.
struct CheckedImage: Sendable {
    let order: PublishOrder
    let source: SourceImage
    /// What each registry has, in the order of the plan; what went wrong where one could not be looked at.
    let surveys: [Result<DestinationSurvey, any Error>]
    private let opened: OpenedImage
    private let session: Session
    private let exports: Bool

    /// Reads an image and looks at its registries; writes nothing.
    ///
    /// - Parameter exports: whether an engine exports it even where its storage can be read.
    ///
    /// Throws ``PolicyRefusal`` where the image or a tag is not as it has to be, ``OCIError`` where the
    /// source cannot be read. A registry that cannot be reached keeps no other from being written.
    init(
        _ order: PublishOrder, _ session: Session, platform: Platform?, exports: Bool
    ) async throws {
        self.order = order
        self.session = session
        self.exports = exports
        let plan = order.plan
        let opened = try await Self.open(order.location, session, exports)
        if case .unpacked(let image) = opened {
            await image.learnConfig { await Self.stored($0, plan, session) }
        }
        let source = try await SourceImage(opened, platform: platform)
        try plan.image.check(source, plan.facts)
        surveys = await concurrently(plan.destinations) { destination in
            await Result {
                try await DestinationSurvey(
                    session.repository(destination.reference, .push), plan.tags, source)
            }
        }
        for case .failure(let refusal as PolicyRefusal) in surveys { throw refusal }
        try Task.checkCancellation()
        self.opened = opened
        self.source = source
    }

    /// Opens a source; what a tag of a registry names is pinned, so that all that follows is about one
    /// image.
    private static func open(
        _ location: ImageLocation, _ session: Session, _ exports: Bool
    ) async throws -> OpenedImage {
        guard case .registry(let reference) = location else {
            return try await session.open(location, exports: exports)
        }
        let repository = session.repository(reference)
        let root = try await RegistryImage(repository, selector: reference.selector).root
        return .packed(RegistryImage(repository, selector: "\(root.digest)"))
    }

    /// A configuration that one of the destinations has already: an engine would export the whole image for it.
    /// Nil where none has it, or none answers soon.
    private static func stored(
        _ digest: Digest, _ plan: PublishPlan, _ session: Session
    ) async -> [UInt8]? {
        for destination in plan.destinations {
            let repository = session.repository(destination.reference, .push)
            let found = try? await within(.seconds(5), "\(destination.reference.host)") {
                try await repository.blob(digest, limit: ImageConfig.sizeLimit)
            }
            if let found { return found }
        }
        return nil
    }

    /// The image for one of several readers: a source that streams serves one at a time.
    func image(forReader number: Int) async throws -> OpenedImage {
        guard case .unpacked(let first) = opened, number > 0 else { return opened }
        let another = try await session.open(order.location, exports: exports)
        if case .unpacked(let image) = another {
            await image.learnConfig { _ in try? await first.config() }
        }
        return another
    }
}
