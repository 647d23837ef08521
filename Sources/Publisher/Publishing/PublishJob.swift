import FoundationEssentials
import ImageTags
import OCIRegistry

/// The work of `publisher publish`: look at the image, look at every registry, refuse, and only then
/// write, in all registries at the same time.
struct PublishJob: Sendable {
    let session: Session
    let plan: PublishPlan
    let location: ImageLocation
    /// Whether an engine exports the image even where its storage can be read.
    let exports: Bool
    /// How images are pushed; without tags.
    let options: Pusher.Options

    /// Does it all.
    ///
    /// Throws, and then nothing was written: ``PolicyRefusal`` where the image or a tag is not as it has to
    /// be, ``OCIError`` where the source cannot be read. What goes wrong in a registry is in the report.
    func run(_ progress: @escaping PushProgress.Sink) async throws -> PublishReport {
        let started = (Date(), ContinuousClock.now)
        let opened = try await open()
        let source = try await SourceImage(opened, platform: options.platform)
        try plan.image.check(source, plan.facts)
        let surveys = try await survey(source)
        let results = await inAll { index, destination in
            switch surveys[index] {
            case .success(let survey):
                let job = job(destination, survey, source, progress)
                return await job.run { try await image(index, opened) }
            case .failure(let error):
                return DestinationPublish.Ending(
                    place: PublishReceipt.Destination(
                        repository: destination.reference.name,
                        tags: PublishReceipt.TagEntry.all(plan.tags, before: [:]),
                        failure: DestinationPublish.text(error), complete: false),
                    failure: error)
            }
        }
        return PublishReport(
            plan: plan, source: "\(location)", results: results, statistics: session.statistics,
            started: started.0, duration: started.1.duration(to: .now))
    }

    /// Opens the source; what a tag of a registry names is pinned, so that all that follows is about one
    /// image.
    private func open() async throws -> OpenedImage {
        guard case .registry(let reference) = location else {
            return try await session.open(location, exports: exports)
        }
        let repository = session.repository(reference)
        let root = try await RegistryImage(repository, selector: reference.selector).root
        return .packed(RegistryImage(repository, selector: "\(root.digest)"))
    }

    /// The image for one of several readers: a source that streams serves one at a time.
    private func image(_ index: Int, _ opened: OpenedImage) async throws -> OpenedImage {
        guard case .unpacked = opened, index > 0 else { return opened }
        return try await session.open(location, exports: exports)
    }

    /// Looks at every registry. One that cannot be reached keeps no other from being written; one in which
    /// a tag is taken does.
    private func survey(
        _ source: SourceImage
    ) async throws -> [Result<DestinationSurvey, any Error>] {
        let surveys = await inAll { _, destination -> Result<DestinationSurvey, any Error> in
            let repository = session.repository(destination.reference, .push)
            do {
                return .success(try await DestinationSurvey(repository, plan.tags, source))
            } catch {
                return .failure(error)
            }
        }
        for case .failure(let refusal as PolicyRefusal) in surveys { throw refusal }
        try Task.checkCancellation()
        return surveys
    }

    private func job(
        _ destination: ConfiguredRepository, _ survey: DestinationSurvey, _ source: SourceImage,
        _ progress: @escaping PushProgress.Sink
    ) -> DestinationPublish {
        var options = options
        options.likely = (plan.tags.immutable + plan.tags.rolling).filter {
            survey.before[$0] != nil
        }
        let isOne = plan.destinations.count == 1
        let host = destination.registry.host
        let named: PushProgress.Sink = { event in
            guard !isOne, case .stored(let what) = event else { return progress(event) }
            progress(.stored("\(host): \(what)"))
        }
        return DestinationPublish(
            plan: plan, destination: destination, source: source, survey: survey,
            deleting: session.repository(destination.reference, .delete),
            pusher: Pusher(options: options, progress: named), progress: named)
    }

    /// Runs something for all destinations at a time; the answers stand in their order.
    private func inAll<T: Sendable>(
        _ body: @escaping @Sendable (Int, ConfiguredRepository) async -> T
    ) async -> [T] {
        await withTaskGroup(of: (Int, T).self) { group in
            for (index, destination) in plan.destinations.enumerated() {
                group.addTask { (index, await body(index, destination)) }
            }
            return await group.reduce(into: [(Int, T)]()) { $0.append($1) }
                .sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
