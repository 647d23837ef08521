import FoundationEssentials
import ImageTags
import OCIRegistry

/// The work of `publisher publish`: look at every image and every registry, refuse, and only then write,
/// all images in all registries at the same time.
struct PublishJob: Sendable {
    let session: Session
    let orders: [PublishOrder]
    /// Whether an engine exports images even where its storage can be read.
    let exports: Bool
    /// How images are pushed; without tags.
    let options: Pusher.Options

    /// One image on its way to one registry.
    private struct Way: Sendable {
        let image: CheckedImage
        /// The destination's place in the plan.
        let number: Int

        var plan: PublishPlan { image.order.plan }
        var destination: ConfiguredRepository { plan.destinations[number] }
    }

    /// Does it all; the reports stand in the order of the images.
    ///
    /// Throws, and then nothing was written: ``PolicyRefusal`` where an image or a tag is not as it has to
    /// be, ``OCIError`` where a source cannot be read. What goes wrong in a registry is in the reports.
    func run(_ progress: @escaping PushProgress.Sink) async throws -> [PublishReport] {
        let started = (Date(), ContinuousClock.now)
        let images = try await check()
        let ways = images.flatMap { image in
            image.surveys.indices.map { Way(image: image, number: $0) }
        }
        let results = await concurrently(ways) { await write($0, progress) }
        var rest = results[...]
        return images.map { image in
            let own = rest.prefix(image.surveys.count)
            rest = rest.dropFirst(own.count)
            return PublishReport(
                order: image.order, results: Array(own), statistics: session.statistics,
                started: started.0, duration: started.1.duration(to: .now))
        }
    }

    /// Looks at all images. One that is refused keeps all from being published.
    private func check() async throws -> [CheckedImage] {
        let checks = await concurrently(orders) { order in
            await Result {
                try await CheckedImage(
                    order, session, platform: options.platform, exports: exports)
            }
        }
        for case .failure(let refusal as PolicyRefusal) in checks { throw refusal }
        return try checks.map { try $0.get() }
    }

    private func write(
        _ way: Way, _ progress: @escaping PushProgress.Sink
    ) async -> DestinationPublish.Ending {
        switch way.image.surveys[way.number] {
        case .success(let survey):
            return await job(way, survey, progress).run {
                try await way.image.image(forReader: way.number)
            }
        case .failure(let error):
            let place = PublishReceipt.Destination(
                repository: way.destination.reference.name,
                tags: PublishReceipt.TagEntry.all(way.plan.tags, before: [:]),
                failure: DestinationPublish.text(error), complete: false)
            return DestinationPublish.Ending(place: place, failure: error)
        }
    }

    private func job(
        _ way: Way, _ survey: DestinationSurvey, _ progress: @escaping PushProgress.Sink
    ) -> DestinationPublish {
        var options = options
        options.likely = (way.plan.tags.immutable + way.plan.tags.rolling).filter {
            survey.before[$0] != nil
        }
        let isOne = orders.count == 1 && way.plan.destinations.count == 1
        let place = way.destination.reference.name
        let named: PushProgress.Sink = { event in
            guard !isOne, case .stored(let what) = event else { return progress(event) }
            progress(.stored("\(place): \(what)"))
        }
        return DestinationPublish(
            plan: way.plan, destination: way.destination, source: way.image.source, survey: survey,
            deleting: session.repository(way.destination.reference, .delete),
            pusher: Pusher(options: options, progress: named), progress: named)
    }
}
