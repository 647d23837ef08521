import FoundationEssentials
import ImageTags
import OCIRegistry

/// The work of `publisher promote`: look, refuse, copy where need be, move the tags.
struct PromotionJob: Sendable {
    let session: Session
    let route: PromotionRoute
    /// The tags to move, in this order.
    let tags: [Tag]
    /// What the source has to be.
    let expected: Digest?
    /// The commit that it has to be made from.
    let revision: Revision?
    /// Whether what refers to the image is copied too.
    let copiesReferrers: Bool

    /// Does it all.
    ///
    /// Throws ``PolicyRefusal``, and ``OCIError``, only while no tag was moved.
    func run(_ progress: @escaping PushProgress.Sink) async throws -> PromotionReport {
        let started = (Date(), ContinuousClock.now)
        // One token is enough where source and target are one.
        let source = session.repository(route.source, route.isInPlace ? .push : .pull)
        let manifest = try await find(source)
        if let revision {
            try await RevisionCheck(repository: source, revision: revision).check(manifest)
        }
        let target = session.repository(route.target, .push)
        let isGitea = try await isGitea(target)
        let kinds = TagKinds(rules: route.rules, foldsCase: isGitea)
        let transaction = TagTransaction(
            repository: target, deleting: session.repository(route.target, .delete),
            manifest: manifest, tags: tags, tagsOwnManifests: isGitea,
            isStored: route.isInPlace, progress: progress)
        var plan = try await transaction.plan()
        try kinds.check(plan, in: route.target)
        var copied: PushReport?
        if !route.isInPlace {
            copied = try await copy(manifest, source, target, progress)
            // Copying took its time.
            plan = try await transaction.plan()
            try kinds.check(plan, in: route.target)
        }
        let result = await transaction.carryOut(plan)
        return PromotionReport(
            route: route, manifest: manifest, copied: copied, revision: revision, kinds: kinds,
            result: result, statistics: session.statistics, started: started.0,
            duration: started.1.duration(to: .now))
    }

    private func find(_ source: Repository) async throws -> Manifest {
        guard let manifest = try await source.manifest(route.source.selector) else {
            throw OCIError(
                .notFound, "no such image", subject: "\(route.source)",
                advice: "'publisher tags \(route.source.name)' lists what is there")
        }
        if let expected, manifest.digest != expected {
            throw PolicyRefusal(
                "\(route.source): it is not the image that was expected\n"
                    + "  expected: \(expected)\n  observed: \(manifest.digest)\n"
                    + "  nothing was written",
                advice: "somebody moved it: promote what was tested, "
                    + "\(route.source.with(digest: expected))")
        }
        return manifest
    }

    private func isGitea(_ target: Repository) async throws -> Bool {
        if route.isGitea { return true }
        return try await target.client.isGitea()
    }

    private func copy(
        _ manifest: Manifest, _ source: Repository, _ target: Repository,
        _ progress: @escaping PushProgress.Sink
    ) async throws -> PushReport {
        var options = Pusher.Options()
        if route.source.host == route.target.host { options.mountFrom = [source.name] }
        let pusher = Pusher(options: options, progress: progress)
        let place = RepositoryTarget(target)
        let image = RegistryImage(source, selector: "\(manifest.digest)")
        let report = try await pusher.copy(image, to: place)
        if copiesReferrers {
            try await pusher.copyReferrers(of: manifest.digest, from: source, to: place)
        }
        return report
    }
}
