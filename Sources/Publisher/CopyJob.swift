import OCIRegistry

/// The work of `publisher copy`: which images, to where, and what refers to them.
struct CopyJob: Sendable {
    /// One image to copy and the tags that it gets.
    private struct Item: Sendable {
        var source: ImageLocation
        var tags: [Tag]
    }

    let session: Session
    private let source: ImageLocation
    private let destination: ImageLocation
    private let extraTags: [String]
    private let options: Pusher.Options
    private let allTags: Bool
    private let referrers: Bool

    init(_ command: Copy) async throws {
        let names = try await command.file.names()
        source = try await names.location(command.source)
        destination = try await names.location(command.destination)
        extraTags = command.tag
        allTags = command.allTags
        referrers = command.referrers
        session = try Session(
            command.connection, command.output,
            credentialsFor: destination.host ?? source.host, registries: names.registries)
        var options = try command.push.options(tags: [])
        if case .registry(let from) = source, case .registry(let to) = destination,
            from.host == to.host, from.repository != to.repository
        {
            options.mountFrom.insert(from.repository, at: 0)
        }
        self.options = options
    }

    /// Copies everything; one receipt an image.
    func run(_ progress: @escaping PushProgress.Sink) async throws -> [PushReceipt] {
        var receipts: [PushReceipt] = []
        for item in try await items() {
            let started = ContinuousClock.now
            guard case .packed(let image) = try await session.open(item.source) else {
                throw OCIError(
                    .usage, "only images in a registry or layout can be copied",
                    subject: "\(item.source)", advice: "use 'publisher push'")
            }
            var options = options
            options.tags = item.tags
            let target = try target()
            let pusher = Pusher(options: options, progress: progress)
            let report = try await pusher.copy(image, to: target)
            if referrers, case .registry(let reference) = source {
                try await pusher.copyReferrers(
                    of: report.digest, from: session.repository(reference), to: target)
            }
            receipts.append(
                PushReceipt(
                    source: "\(item.source)", destination: destination.place, report: report,
                    statistics: session.statistics, duration: started.duration(to: .now)))
        }
        return receipts
    }

    private func items() async throws -> [Item] {
        guard allTags else { return [Item(source: source, tags: try tags())] }
        let found: [Tag]
        switch source {
        case .registry(let reference):
            guard let tags = try await session.repository(reference).tags() else {
                throw OCIError(.notFound, "no such repository", subject: reference.name)
            }
            found = tags
        case .ociDirectory(let folder, _): found = try OCILayout.tags(directory: folder)
        default:
            throw OCIError(
                .usage, "--all-tags takes a repository or a layout directory", subject: "\(source)")
        }
        guard !found.isEmpty else {
            throw OCIError(.notFound, "there are no tags to copy", subject: "\(source)")
        }
        return found.map { Item(source: source.with(tag: $0), tags: [$0]) }
    }

    private func tags() throws -> [Tag] {
        let named = destination.tag ?? source.tag
        let first = try named.map { [try Tag($0)] } ?? []
        let tags = first + (try extraTags.map { try Tag($0) }.filter { !first.contains($0) })
        guard !tags.isEmpty else {
            throw OCIError(
                .usage, "no tag is given for the copy", subject: "\(destination)",
                advice: "name one: '\(destination.place):TAG', or --tag TAG")
        }
        return tags
    }

    private func target() throws -> any ContentTarget {
        switch destination {
        case .registry(let reference):
            RepositoryTarget(session.repository(reference, .push), chunkSize: options.chunkSize)
        case .ociDirectory(let folder, _):
            LayoutTarget(try OCILayoutWriter(folder), retry: session.retry)
        default:
            throw OCIError(
                .usage, "an image is copied to a registry or to oci:DIR", subject: "\(destination)")
        }
    }
}
