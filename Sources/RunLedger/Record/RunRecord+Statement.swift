import FoundationEssentials
import OCIRegistry

extension RunRecord {
    /// The record as a statement, about what was published; about the run itself, where that is nothing:
    /// a statement needs a subject, and the builder did not come out of this run.
    public var statement: Statement {
        typealias External = Provenance.ExternalParameters
        typealias Internal = Provenance.InternalParameters
        let definition = Provenance.BuildDefinition(
            buildType: Provenance.buildType,
            externalParameters: External(
                workflow: External.Workflow(
                    repository: run.repositoryURL ?? run.repository, ref: run.ref,
                    name: run.workflow, path: run.workflowPath),
                job: run.job),
            internalParameters: Internal(
                run: Internal.Run(
                    server: run.server, id: run.id, attempt: run.attempt, number: run.number,
                    event: run.event, actor: run.actor, runner: run.runner),
                builderImage: builder,
                ledger: Internal.Ledger(
                    repository: ledger, phase: phase, previous: previous?.description)),
            resolvedDependencies: dependencies)
        return Statement(
            subject: published.isEmpty ? [itself] : published.map(\.descriptor),
            predicate: Provenance(
                buildDefinition: definition,
                runDetails: Provenance.RunDetails(
                    builder: Provenance.Builder(id: run.platform),
                    metadata: Provenance.Metadata(
                        invocationId: run.invocation, startedOn: started.formatted(.iso8601),
                        finishedOn: finished?.formatted(.iso8601)))))
    }

    private var itself: ResourceDescriptor {
        ResourceDescriptor(
            name: run.invocation,
            digest: ["sha256": SHA2.digest(of: Array(run.invocation.utf8)).hex])
    }

    private var dependencies: [ResourceDescriptor] {
        var dependencies: [ResourceDescriptor] = []
        if let repository = builder.repository {
            let parts = [
                ("builder-index", builder.index), ("builder-manifest", builder.manifest),
                ("builder-config", builder.config),
            ]
            for case (let name, let digest?) in parts {
                dependencies.append(
                    ResourceDescriptor(name: name, image: repository, digest))
            }
        }
        if let revision = run.revision {
            let place = run.repositoryURL.map { "git+\($0)\(run.ref.map { "@\($0)" } ?? "")" }
            dependencies.append(
                ResourceDescriptor(name: "source", uri: place, digest: ["gitCommit": revision]))
        }
        let builderBase = builder.base.flatMap { try? Reference(parsing: $0) }
        for (name, base) in [builderBase].compactMap({ $0.map { ("builder-base", $0) } })
            + bases.map({ ("base", $0) })
        {
            guard let digest = base.digest else { continue }
            dependencies.append(ResourceDescriptor(name: name, image: base.name, digest))
        }
        return dependencies
    }
}

extension RunRecord.Publication {
    /// The publication as the subject of a statement.
    var descriptor: ResourceDescriptor {
        var annotations: [String: JSONValue] = [:]
        if !tags.isEmpty { annotations["tags"] = .array(tags.map { .string($0) }) }
        if let identity { annotations["identity"] = .string(identity) }
        if let size { annotations["size"] = .integer(size) }
        var descriptor = ResourceDescriptor(
            name: repository, image: repository, digest, mediaType: mediaType,
            annotations: annotations.isEmpty ? nil : annotations)
        // Readers match subjects by name and digest; where it is served is the name.
        descriptor.uri = nil
        return descriptor
    }

    init?(_ descriptor: ResourceDescriptor) {
        guard let repository = descriptor.name, let digest = descriptor.contentDigest else {
            return nil
        }
        let annotations = descriptor.annotations ?? [:]
        var size: Int64?
        if case .integer(let value)? = annotations["size"] { size = value }
        self.init(
            repository: repository, digest: digest,
            mediaType: descriptor.mediaType.map(MediaType.init(rawValue:)), size: size,
            tags: annotations["tags"]?.array?.compactMap(\.string) ?? [],
            identity: annotations["identity"]?.string)
    }
}

extension RunRecord {
    /// Reads a statement. Throws ``RecordFault`` where it is not one that this program makes.
    public init(payload: [UInt8]) throws(RecordFault) {
        let statement = try Self.statement(payload)
        let definition = statement.predicate.buildDefinition
        let details = statement.predicate.runDetails
        guard let started = try? Date(details.metadata.startedOn, strategy: .iso8601) else {
            throw RecordFault(.malformed, "it does not say when the job began")
        }
        self.init(
            run: RunIdentity(definition), builder: definition.internalParameters.builderImage,
            ledger: definition.internalParameters.ledger.repository, started: started)
        phase = definition.internalParameters.ledger.phase
        finished = details.metadata.finishedOn.flatMap { try? Date($0, strategy: .iso8601) }
        previous = definition.internalParameters.ledger.previous.flatMap { try? Tag($0) }
        bases = definition.resolvedDependencies.filter { $0.name == "base" }.compactMap(\.image)
        // The run stands for itself where nothing was published.
        published = statement.subject.filter { $0.name != details.metadata.invocationId }
            .compactMap(Publication.init)
        // What is said twice is said the same: a reader of either is told one thing.
        guard self.statement == statement else {
            throw RecordFault(.malformed, "its statement contradicts itself")
        }
    }

    /// The statement, where it is one of provenance, about a run of a CI's job.
    private static func statement(_ payload: [UInt8]) throws(RecordFault) -> Statement {
        do {
            let statement = try JSON.decode(Statement.self, from: payload, what: "the statement")
            guard statement.type == Statement.statementType,
                statement.predicateType == Statement.provenanceType,
                statement.predicate.buildDefinition.buildType == Provenance.buildType
            else { throw RecordFault(.malformed, "it is not about a run of a CI's job") }
            return statement
        } catch let fault as RecordFault {
            throw fault
        } catch let error as OCIError {
            throw RecordFault(.malformed, error.message)
        } catch { throw RecordFault(.malformed, "its statement cannot be read") }
    }
}

extension ResourceDescriptor {
    /// An image that is named by digest.
    fileprivate var image: Reference? {
        guard let repository, let digest = contentDigest,
            let place = try? Reference(parsing: repository)
        else { return nil }
        return place.with(digest: digest)
    }
}

extension RunIdentity {
    /// The job that a statement tells of.
    fileprivate init(_ definition: Provenance.BuildDefinition) {
        let external = definition.externalParameters
        let run = definition.internalParameters.run
        self.init(id: run.id, attempt: run.attempt, job: external.job)
        number = run.number
        event = run.event
        actor = run.actor
        runner = run.runner
        workflow = external.workflow.name
        workflowPath = external.workflow.path
        ref = external.workflow.ref
        server = run.server
        let place = external.workflow.repository
        let prefix = run.server.map { "\($0)/" } ?? ""
        repository = place.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
        revision =
            definition.resolvedDependencies.first { $0.name == "source" }?.digest?["gitCommit"]
    }
}
