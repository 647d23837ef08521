import OCIRegistry
import RunLedger
import Synchronization

/// Everybody on this machine and beyond who may know which image the job runs in.
struct RunEvidence: Sendable {
    let session: Session
    let ledger: Ledger
    let run: RunIdentity
    /// A workflow's file, where the CI does not tell it.
    let workflow: String?
    /// The image by its tag, for people to be told.
    let image: Reference?
    /// Whether an engine may be asked.
    let asksEngine: Bool

    /// Asks them, and judges.
    func find() async -> BuilderEvidence {
        let unreachable = Mutex<Set<RegistryHost>>([])
        var notes: [String] = []
        var collector = EvidenceCollector(
            traces: Self.traces, engine: engine(&notes)
        ) { reference in
            // What does not answer once is not waited for again.
            guard unreachable.withLock({ !$0.contains(reference.host) }) else { return nil }
            do {
                return try await session.repository(reference).manifest(reference.selector)
            } catch let error as OCIError where [.unreachable, .temporary].contains(error.kind) {
                unreachable.withLock { _ = $0.insert(reference.host) }
                throw error
            }
        }
        collector.tagged = image
        collector.identity = Self.identity
        collector.published = { try await published($0) }
        addVariable(&collector, &notes)
        let folder = session.environment["GITHUB_WORKSPACE"]
        switch await WorkflowImage.claim(run, path: workflow, folder: folder) {
        case .success(let claim): collector.words += claim.map { [$0] } ?? []
        case .failure(let error): if workflow != nil { notes.append(error.message) }
        }
        var facts = await collector.collect()
        facts.notes = notes + facts.notes
        return facts.judged()
    }

    private func engine(_ notes: inout [String]) -> EvidenceCollector.Engine? {
        guard asksEngine else { return nil }
        do {
            let engine = try DockerEngine(environment: session.environment)
            return EvidenceCollector.Engine(
                container: { id in
                    try await within(.seconds(5), "the Docker Engine") {
                        try await engine.inspect(container: id)
                    }
                },
                containers: {
                    try await within(.seconds(5), "the Docker Engine") {
                        try await engine.containers()
                    }
                },
                image: { id in
                    try await within(.seconds(5), "the Docker Engine") {
                        try await engine.inspect(image: id)
                    }
                })
        } catch {
            notes.append(error.message)
            return nil
        }
    }

    private func addVariable(_ collector: inout EvidenceCollector, _ notes: inout [String]) {
        let name = EvidenceCollector.variable
        guard let text = session.environment[name], !text.isEmpty else { return }
        guard let reference = try? Reference(parsing: text), reference.digest != nil else {
            notes.append("\(name) is no image with a digest")
            if collector.tagged == nil { collector.tagged = try? Reference(parsing: text) }
            return
        }
        collector.words.append(.init(.variable, reference, source: "the variable \(name)"))
    }

    /// The image that the ledger's record of a publish names for an identity.
    private func published(_ identity: String) async throws -> Reference? {
        let tag = RecordName.tag(identity: identity)
        do {
            let record = try await ledger.entry(tag)?.signed.record
            guard let image = record?.published.first(where: { $0.identity == identity }) else {
                return nil
            }
            return try Reference(parsing: image.repository).with(digest: image.digest)
        } catch let fault as RecordFault {
            throw OCIError(
                .badData, "the record of its publish is not to be believed: \(fault)",
                subject: "\(ledger.name):\(tag)")
        }
    }

    private static var traces: ContainerTraces {
        func text(_ path: String) -> String {
            (try? LocalFile.read(path)).flatMap { $0 }.map {
                String(decoding: $0.bytes, as: UTF8.self)
            }
                ?? ""
        }
        return ContainerTraces(
            mountinfo: text("/proc/self/mountinfo"), cgroup: text("/proc/self/cgroup"),
            hostname: text("/proc/sys/kernel/hostname").filter { !$0.isWhitespace })
    }

    /// The image's own identity.
    private static var identity: String? {
        guard let (bytes, _) = try? LocalFile.read(EvidenceCollector.identityFile) else {
            return nil
        }
        return ImageIdentity.check(
            String(decoding: bytes.prefix(200), as: UTF8.self).filter { !$0.isWhitespace })
    }
}

/// The identity that an image may have: in a file of its own, and in a label by which the record of its
/// publish learns of it.
enum ImageIdentity {
    /// The label.
    static let label = "publisher.image.identity"

    /// An identity that is one: 16 to 128 letters, digits, `.`, `_` and `-`.
    static func check(_ text: String?) -> String? {
        guard let text, (16...128).contains(text.utf8.count), (try? Tag(text)) != nil else {
            return nil
        }
        return text
    }
}
