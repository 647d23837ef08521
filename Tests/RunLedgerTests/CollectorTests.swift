import OCIRegistry
import RunLedger
import Synchronization
import Testing

@Suite("Evidence as it is collected")
struct CollectorTests {
    private static let id = String(repeating: "a1", count: 32)
    private static let other = String(repeating: "b2", count: 32)
    private static let name = "git.example.org/team/builder"

    /// An index of two platforms, as a registry serves it.
    private struct Served: Sendable {
        var manifests: [String: Manifest] = [:]
        let index: Manifest
        let amd64: Manifest
        let config: Digest

        init() throws {
            func image(_ architecture: String) throws -> Manifest {
                let config = Descriptor(
                    mediaType: .ociConfig, digest: Sample.digest("config-\(architecture)"), size: 9)
                let image = Manifest.Image(mediaType: .ociManifest, config: config, layers: [])
                return try Manifest(bytes: JSON.encode(image), declared: nil)
            }
            amd64 = try image("amd64")
            let arm64 = try image("arm64")
            config = Sample.digest("config-amd64")
            var children = [arm64.descriptor, amd64.descriptor]
            children[0].platform = Platform(os: "linux", architecture: "arm64")
            children[1].platform = Platform(os: "linux", architecture: "amd64")
            var list = Manifest.Index(mediaType: .ociIndex, manifests: children)
            list.annotations = [
                "org.opencontainers.image.base.name": "docker.io/library/rust:1.92",
                "org.opencontainers.image.base.digest": "\(Sample.digest("rust"))",
            ]
            index = try Manifest(bytes: JSON.encode(list), declared: nil)
            for manifest in [index, amd64, arm64] { manifests["\(manifest.digest)"] = manifest }
        }
    }

    private let served: Served

    init() throws { served = try Served() }

    private func mounts(_ id: String = Self.id, storage: String = "own") -> ContainerTraces {
        ContainerTraces(
            mountinfo: """
                1 0 0:1 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/\(storage)/diff
                2 1 9:1 /var/lib/docker/containers/\(id)/hostname /etc/hostname rw - ext4 /dev/root rw
                """, cgroup: "0::/\n", hostname: nil)
    }

    private func container(
        _ id: String, image: Digest, storage: String? = "own", name: String = "\(Self.name):latest",
        labels: String = "{}", more: String = ""
    ) -> String {
        let data = storage.map { #"{"UpperDir":"/var/lib/docker/overlay2/\#($0)/diff"}"# } ?? "null"
        return """
            {"Id":"\(id)","Image":"\(image)","Config":{"Image":"\(name)","Labels":\(labels)},\
            "GraphDriver":{"Name":"overlay2","Data":\(data)}\(more)}
            """
    }

    private func image(
        _ id: Digest, digests: [String] = [], labels: String = "{}", more: String = ""
    )
        -> String
    {
        let list = digests.map { "\"\($0)\"" }.joined(separator: ",")
        return """
            {"Id":"\(id)","RepoDigests":[\(list)],"RepoTags":[],"Os":"linux","Architecture":"amd64",\
            "Config":{"Labels":\(labels)}\(more)}
            """
    }

    private func collector(
        _ traces: ContainerTraces, containers: [String: String], image: String?,
        tags: [String: Manifest] = [:]
    ) -> EvidenceCollector {
        let gone = OCIError(.notFound, "the Docker Engine has no such thing")
        let engine = EvidenceCollector.Engine(
            container: { id in
                guard let found = containers[id] else { throw gone }
                return Array(found.utf8)
            },
            containers: {
                Array(
                    "[\(containers.keys.map { "{\"Id\":\"\($0)\"}" }.joined(separator: ","))]".utf8)
            },
            image: { _ in
                guard let image else { throw gone }
                return Array(image.utf8)
            })
        let served = served
        return EvidenceCollector(traces: traces, engine: engine) { reference in
            guard reference.name == Self.name else { return nil }
            return reference.digest.map { served.manifests["\($0)"] } ?? tags[reference.selector]
        }
    }

    @Test("a classic store: container, image, digest, index, platform, configuration")
    func classic() async {
        let found = await collector(
            mounts(), containers: [Self.id: container(Self.id, image: served.config)],
            image: image(served.config, digests: ["\(Self.name)@\(served.index.digest)"])
        ).collect().judged()
        #expect(found.grade == .b, "\(found.notes)")
        #expect(found.index == served.index.digest && found.manifest == served.amd64.digest)
        #expect(found.config == served.config && found.platform == "linux/amd64")
        #expect(found.descriptor == served.index.descriptor)
        #expect(found.base == "docker.io/library/rust@\(Sample.digest("rust"))")
    }

    @Test("containerd's store, where the image's id is a digest of the registry's")
    func containerd() async {
        for id in [served.index.digest, served.amd64.digest] {
            let found = await collector(
                mounts(), containers: [Self.id: container(Self.id, image: id, storage: nil)],
                image: image(id)
            ).collect().judged()
            #expect(found.grade == .b, "\(found.notes)")
            #expect(found.manifest == served.amd64.digest)
        }
    }

    @Test("containerd's store after the tag has gone, when the engine forgets the image's name")
    func containerdUntagged() async {
        let manifest =
            #","ImageManifestDescriptor":\#(String(decoding: JSON.encode(served.amd64.descriptor), as: UTF8.self))"#
        let found = await collector(
            mounts(),
            containers: [
                Self.id: container(
                    Self.id, image: served.index.digest, storage: nil, more: manifest)
            ], image: nil
        ).collect().judged()
        #expect(found.grade == .b, "\(found.notes)")
        #expect(found.index == served.index.digest && found.manifest == served.amd64.digest)
    }

    @Test("an image that was never pulled is proven where its tag leads to its configuration")
    func builtHere() async {
        let found = await collector(
            mounts(), containers: [Self.id: container(Self.id, image: served.config)],
            image: image(served.config), tags: ["latest": served.index]
        ).collect().judged()
        #expect(found.grade == .b && found.digest == served.index.digest)
    }

    @Test("a tag that leads elsewhere by now proves nothing, and is told as what it is")
    func movedTag() async {
        let found = await collector(
            mounts(), containers: [Self.id: container(Self.id, image: Sample.digest("old"))],
            image: image(Sample.digest("old")), tags: ["latest": served.index]
        ).collect().judged()
        #expect(found.grade == .e && found.digests.isEmpty)
        #expect(found.tagSeen?.digest == served.index.digest)
        #expect(found.notes.contains { $0.contains("no registry proves") })
    }

    @Test("several digests of the engine's: the one that is served proves it")
    func severalDigests() async {
        let digests = [
            "mirror.example.org/x@\(Sample.digest("elsewhere"))",
            "\(Self.name)@\(Sample.digest("purged"))", "\(Self.name)@\(served.index.digest)",
        ]
        let found = await collector(
            mounts(), containers: [Self.id: container(Self.id, image: served.config)],
            image: image(served.config, digests: digests)
        ).collect().judged()
        #expect(found.grade == .b && found.digest == served.index.digest)
        #expect(found.disagreements.isEmpty)
    }

    @Test("Podman's storage, whose engine tells no folder and gives local names to images")
    func podman() async {
        let asked = Mutex<[String]>([])
        var collector = collector(
            mounts(), containers: [Self.id: container(Self.id, image: served.config, storage: nil)],
            image: image(
                served.config,
                digests: [
                    "localhost/base@\(served.amd64.digest)",
                    "aaa.example.org/x@\(served.index.digest)",
                    "\(Self.name)@\(served.index.digest)",
                ]))
        let answer = collector.manifest
        collector.manifest = { reference in
            asked.withLock { $0.append(reference.name) }
            return try await answer(reference)
        }
        let found = await collector.collect().judged()
        #expect(found.grade == .b && found.digest == served.index.digest, "\(found.notes)")
        // The repository that the container was made with is asked first, and proves it.
        #expect(Set(asked.withLock { $0 }) == [Self.name])
    }

    @Test("with cgroup v1 and no files of the engine's, the controllers lead to the container")
    func version1() async {
        let traces = ContainerTraces(
            mountinfo: "", cgroup: "2:pids:/docker/\(Self.id)\n1:cpu:/docker/\(Self.id)\n",
            hostname: "titan")
        let found = await collector(
            traces, containers: [Self.id: container(Self.id, image: served.config)],
            image: image(served.config, digests: ["\(Self.name)@\(served.index.digest)"])
        ).collect().judged()
        #expect(found.grade == .b && found.proof.first?.value == Self.id)
    }

    @Test("with another container's network, the storage tells which container it is")
    func sharedNetwork() async {
        let mine = container(Self.id, image: served.config)
        let theirs = container(Self.other, image: Sample.digest("theirs"), storage: "theirs")
        let found = await collector(
            mounts(Self.other), containers: [Self.id: mine, Self.other: theirs],
            image: image(served.config, digests: ["\(Self.name)@\(served.index.digest)"])
        ).collect().judged()
        #expect(found.grade == .b)
        #expect(found.proof.first?.value == Self.id)
    }

    @Test("an engine that does not know the container is another one's: Docker in Docker")
    func otherEngine() async {
        let found = await collector(mounts(), containers: [:], image: nil).collect().judged()
        #expect(found.grade == .e)
        #expect(found.notes.contains { $0.contains("Docker in Docker") })
    }

    @Test(
        "asked from within an engine in a container, the outer engine does not take this one for that"
    )
    func outerEngine() async {
        let outer = "overlay overlay rw,upperdir=/var/lib/docker/overlay2/outer/diff"
        let traces = ContainerTraces(
            mountinfo: """
                1 0 0:40 /var/lib/docker/vfs/dir/x / rw - \(outer)
                2 1 0:40 /var/lib/docker/containers/\(Self.id)/hostname /etc/hostname rw - \(outer)
                """, cgroup: "0::/\n", hostname: nil)
        let found = await collector(
            traces,
            containers: [
                Self.other: container(Self.other, image: served.config, storage: "outer")
            ],
            image: image(served.config, digests: ["\(Self.name)@\(served.index.digest)"])
        ).collect().judged()
        #expect(found.grade == .e && found.digests.isEmpty)
        #expect(found.notes.contains { $0.hasPrefix("the engine does not run this container") })
    }

    @Test("a host's name counts only where the storage confirms it")
    func hostname() async {
        let short = String(Self.id.prefix(12))
        let traces = ContainerTraces(mountinfo: "", cgroup: "0::/\n", hostname: short)
        let found = await collector(
            traces, containers: [short: container(Self.id, image: served.config)], image: nil
        ).collect().judged()
        #expect(found.grade == .e)
    }

    @Test("an operator's label counts, the image's own does not")
    func label() async {
        let text = #"{"publisher.builder.image":"\#(Self.name)@\#(served.index.digest)"}"#
        let containers = [
            Self.id: container(Self.id, image: Sample.digest("x"), name: "builder", labels: text)
        ]
        let labelled = await collector(
            mounts(), containers: containers, image: image(Sample.digest("x"))
        ).collect().judged()
        #expect(labelled.grade == .c && labelled.method == .label)
        let baked = await collector(
            mounts(), containers: containers, image: image(Sample.digest("x"), labels: text)
        ).collect().judged()
        #expect(baked.grade == .e)
    }

    @Test("no engine: the operator's word, and why it is no better")
    func noEngine() async throws {
        var collector = collector(mounts(), containers: [:], image: nil)
        collector.engine = nil
        let claimed = try Reference(parsing: "\(Self.name)@\(served.amd64.digest)")
        collector.words = [.init(.variable, claimed, source: EvidenceCollector.variable)]
        let found = await collector.collect().judged()
        #expect(found.grade == .c && found.config == served.config)
        #expect(found.notes.contains("no engine was asked"))
    }

    @Test("an identity leads to the digest of its signed record, where nobody says more")
    func identity() async throws {
        var collector = collector(mounts(), containers: [:], image: nil)
        collector.identity = "0123456789abcdef"
        let published = try Reference(parsing: "\(Self.name)@\(served.amd64.digest)")
        collector.published = { $0 == "0123456789abcdef" ? published : nil }
        let found = await collector.collect().judged()
        #expect(found.grade == .d && found.method == .identity)
        #expect(found.digest == served.amd64.digest)
        collector.identity = "fedcba9876543210"
        #expect(await collector.collect().judged().grade == .e)
    }

    @Test("outside of a container nobody is asked")
    func host() async {
        let traces = ContainerTraces(mountinfo: "", cgroup: "0::/user.slice\n", hostname: "titan")
        let found = await collector(traces, containers: [:], image: nil).collect().judged()
        #expect(found.grade == .e)
        #expect(found.notes == ["this process shows no sign of a container"])
    }

    @Test("an engine's nonsense is a note, no failure", arguments: ["", "[]", #"{"Id":1}"#])
    func nonsense(text: String) async {
        let found = await collector(mounts(), containers: [Self.id: text], image: nil).collect()
        #expect(found.container == nil && !found.notes.isEmpty)
    }
}
