import OCIRegistry
import RunLedger
import Testing

@Suite("What follows from facts")
struct JudgementTests {
    private let index = Sample.digest("index")
    private let manifest = Sample.digest("manifest")
    private let config = Sample.digest("config")
    private let place: Reference

    init() throws { place = try Reference(parsing: "git.example.org/team/builder") }

    private func container(_ image: Digest, name: String = "git.example.org/team/builder:latest")
        -> EvidenceFacts.Container
    {
        .init(id: "0123", source: "/proc/self/mountinfo", imageID: image, name: name)
    }

    private func chain(_ place: Reference? = nil, config: Digest? = nil) -> EvidenceFacts.Chain {
        let place = place ?? self.place
        return .init(
            repository: place, index: index, manifest: manifest, config: config ?? self.config,
            platform: "linux/amd64", asked: "\(place.name)@\(index)")
    }

    private func claim(_ method: BuilderEvidence.Method, _ digest: Digest) -> EvidenceFacts.Claim {
        .init(method, place.with(digest: digest), source: "\(method.rawValue)")
    }

    private func facts(
        _ container: EvidenceFacts.Container?, _ chains: [EvidenceFacts.Chain] = [],
        _ claims: [EvidenceFacts.Claim] = []
    ) -> EvidenceFacts {
        var facts = EvidenceFacts()
        facts.container = container
        facts.chains = chains
        facts.claims = claims
        return facts
    }

    @Test("B: engine and registry; the proof leads from the container to the configuration")
    func proven() {
        let found = facts(container(config), [chain()]).judged()
        #expect(found.grade == .b && found.method == .engine)
        #expect(found.digests == [index, manifest, config])
        #expect(
            found.proof.map(\.what) == [
                "container", "image-id", "image-name", "asked", "index", "manifest", "config",
                "equal",
            ])
        #expect(found.proof.last?.value == "image-id = config")
        #expect(found.disagreements.isEmpty)
    }

    @Test("B with containerd's store, where the image's id is a manifest's or an index's")
    func containerd() {
        for (id, link) in [(index, "index"), (manifest, "manifest")] {
            let found = facts(container(id), [chain()]).judged()
            #expect(found.grade == .b)
            #expect(found.proof.last?.value == "image-id = \(link)")
        }
        // The engine names another platform's manifest than the registry was asked for.
        var other = container(index)
        other.manifest = Sample.digest("arm64")
        #expect(facts(other, [chain()]).judged().grade == .e)
    }

    @Test("A: the workflow named the digest that engine and registry prove")
    func workflow() {
        for digest in [index, manifest] {
            let found = facts(container(config), [chain()], [claim(.workflow, digest)]).judged()
            #expect(found.grade == .a && found.method == .workflowAndEngine)
        }
    }

    @Test("a workflow that names another image than the one that runs is a disagreement, and no A")
    func substituted() {
        let found = facts(
            container(config), [chain()], [claim(.workflow, Sample.digest("other"))]
        ).judged()
        #expect(found.grade == .b && found.digest == index)
        #expect(found.disagreements.count == 1)
        #expect(found.fault(below: .d)?.kind == .grade)
    }

    @Test("one claim that agrees makes no A where another does not")
    func mixed() {
        let found = facts(
            container(config), [chain()],
            [claim(.workflow, index), claim(.variable, Sample.digest("stale"))]
        ).judged()
        #expect(found.grade == .b && found.disagreements.count == 1)
    }

    @Test("the engine's word without the registry's is a C")
    func unproven() {
        let found = facts(container(config), [], [claim(.engineAlone, index)]).judged()
        #expect(found.grade == .c && found.method == .engineAlone)
        #expect(found.digest == index && found.config == nil)
        #expect(found.proof.first?.what == "container")
    }

    @Test(
        "an operator's or the workflow's word alone is a C",
        arguments: [
            BuilderEvidence.Method.workflow, .variable, .label,
        ])
    func claimed(method: BuilderEvidence.Method) {
        let found = facts(nil, [], [claim(method, index)]).judged()
        #expect(found.grade == .c && found.method == method && found.digest == index)
    }

    @Test("a claim is completed with what the registry serves, and stays a C")
    func completed() {
        let found = facts(nil, [chain()], [claim(.variable, manifest)]).judged()
        #expect(found.grade == .c && found.digests == [index, manifest, config])
    }

    @Test("two words that differ are a disagreement; two names of one image are none")
    func words() {
        let other = claim(.label, Sample.digest("other"))
        #expect(facts(nil, [], [claim(.variable, index), other]).judged().disagreements.count == 1)
        let same = claim(.label, manifest)
        #expect(
            facts(nil, [chain()], [claim(.variable, index), same]).judged().disagreements.isEmpty)
    }

    @Test("a baked identity is a D, and gives way to any other word")
    func identity() {
        #expect(facts(nil, [], [claim(.identity, index)]).judged().grade == .d)
        let both = facts(nil, [], [claim(.identity, index), claim(.variable, index)]).judged()
        #expect(both.grade == .c && both.method == .variable)
    }

    @Test("a tag is told, never as what ran")
    func tag() {
        var facts = EvidenceFacts()
        facts.tagSeen = .init(reference: "git.example.org/team/builder:latest", digest: index)
        facts.notes = ["no engine"]
        let found = facts.judged()
        #expect(found.grade == .e && found.digests.isEmpty && found.reference == nil)
        #expect(found.tagSeen?.digest == index)
        #expect(found.fault(below: .d)?.message.contains("no engine") == true)
    }

    @Test("of several repositories, the one that the container was made with is named")
    func repositories() throws {
        let mirror = try Reference(parsing: "mirror.example.org/builder")
        let found = facts(container(config), [chain(mirror), chain()]).judged()
        #expect(found.repository == place.name)
        let unnamed = facts(container(config, name: "\(config)"), [chain(mirror), chain()]).judged()
        #expect(unnamed.grade == .b)
    }

    @Test("a manifest with another configuration proves nothing")
    func otherConfig() {
        let found = facts(
            container(config), [chain(config: Sample.digest("rebuilt"))],
            [claim(.engineAlone, index)]
        ).judged()
        #expect(found.grade == .c)
    }

    @Test("grades are in order")
    func order() {
        #expect(Grade.e < .d && Grade.d < .c && Grade.c < .b && Grade.b < .a)
        #expect(Sample.builder.fault(below: .b) == nil)
        #expect(Sample.builder.fault(below: .a)?.kind == .grade)
    }
}
