import Foundation
import LocalRegistry
import SystemPackage
import TestSupport
import Testing

/// A registry with images of any age, and `publisher prune` beside it.
final class PruneScene: Sendable {
    let server: RegistryServer
    let program: Program
    private let folder: TemporaryFolder

    /// Runs `body` beside a registry of a dialect.
    static func with(
        _ dialect: Dialect, gitea: GiteaSettings = GiteaSettings(),
        _ body: (PruneScene) async throws -> Void
    ) async throws {
        let scene = try await PruneScene(dialect, gitea)
        do {
            try await body(scene)
        } catch {
            await scene.server.stop()
            throw error
        }
        await scene.server.stop()
    }

    private init(_ dialect: Dialect, _ gitea: GiteaSettings) async throws {
        folder = try TemporaryFolder(prefix: "prune")
        program = try Program()
        var settings = ServerSettings(root: FilePath(folder.file("root")))
        settings.dialect = dialect
        settings.gitea = gitea
        server = try await RegistryServer.start(settings)
    }

    var dialect: Dialect { server.store.dialect }
    var host: String { "127.0.0.1:\(server.port)" }
    var repository: String { "\(host)/team/app" }

    /// A configuration that keeps `rules` of the repository.
    func configure(_ rules: String..., more: String = "") throws {
        let keep = rules.map { "        - {\($0)}\n" }.joined()
        try program.home.write(
            "publisher.yaml",
            """
            registries:
              here: {host: "\(host)", dialect: \(dialect)}
            retention:
              grace: 24h
              repositories:
                here/team/app:
                  keep:
            \(keep)\(more)
            """)
    }

    /// Puts content there, and makes Gitea's rows as old as it says.
    func put(_ content: DatedContent) async throws {
        try await RegistryContent(repositories: ["team/app": content.repository]).put(into: host)
        try age(content)
    }

    /// Sets when Gitea's rows came. Where one is named by a tag, its digest's row came at that time too.
    func age(_ content: DatedContent) throws {
        guard dialect == .gitea else { return }
        try GiteaRows.age(folder.file("root")) { content.hours[$0] }
    }

    /// Runs `publisher prune`.
    func prune(_ arguments: String...) async throws -> ChildResult {
        try await ChildProcess.run(call(arguments), timeout: 120)
    }

    func call(_ arguments: [String]) -> ProgramCall { program.call(["prune"] + arguments) }

    /// Holds `publisher prune` or another command up at its request after so many, lets `race` happen
    /// meanwhile, and gives what came of both; nil where it does not send so many.
    func hold<Other: Sendable>(
        at request: Int, on pattern: String = "*", for time: Duration, _ arguments: [String],
        _ race: @Sendable () async throws -> Other
    ) async throws -> (ChildResult, Other)? {
        server.faults.add(
            RegistryFault(on: try RequestPattern(pattern), skip: request, .delay(time)))
        let child = try ChildProcess(program.call(arguments))
        while child.isRunning, server.faults.fired.isEmpty {
            try await Task.sleep(for: .milliseconds(2))
        }
        guard !server.faults.fired.isEmpty else {
            try await child.wait(timeout: 60).checked()
            return nil
        }
        let other = try await race()
        return (try await child.wait(timeout: 60), other)
    }

    /// Waits until so many faults have struck.
    func faults(fired count: Int) async throws {
        while server.faults.fired.count < count { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Makes a plan at `plan.json`.
    @discardableResult
    func plan(_ arguments: String...) async throws -> PlanDocument {
        let call = call(["plan", "--out", "plan.json"] + arguments)
        try await ChildProcess.run(call, timeout: 120).checked()
        return try PlanDocument(Data(try program.home.read("plan.json")))
    }

    /// Every tag with its digest, as another client reads them.
    func tags() async throws -> [String: String] {
        struct List: Decodable { var tags: [String]? }
        let root = "http://\(host)/v2/team/app"
        let list = try await curl([.get("\(root)/tags/list")], isStrict: false)
        guard let list = list.first, list.status == 200 else { return [:] }
        let tags = try JSONDecoder().decode(List.self, from: Data(list.body)).tags ?? []
        let found = try await curl(tags.map { .get("\(root)/manifests/\($0)") })
        return Dictionary(uniqueKeysWithValues: zip(tags, found.map { Sha256.digest($0.body) }))
    }

    /// Those of these digests that can be pulled, with their blobs.
    func whole(_ digests: some Collection<String>, of content: DatedContent) async throws -> Set<
        String
    > {
        var whole: Set<String> = []
        for digest in digests {
            var layout = RegistryContent.Repository()
            layout.layout = content.part(digest)
            let registry = RegistryContent(repositories: ["team/app": layout])
            if try await registry.differences(at: host).isEmpty { whole.insert(digest) }
        }
        return whole
    }

    /// Puts a manifest under a tag with `curl`.
    func tag(_ content: DatedContent, _ digest: String, _ tag: String) async throws {
        let bytes = content.repository.layout.blobs[digest] ?? []
        let type = content.repository.layout.manifests.first { $0.digest == digest }?.mediaType
        let file = try program.home.write("manifest-\(tag)", bytes)
        try await ChildProcess.run(
            ProgramCall(
                "curl",
                [
                    "-sf", "-X", "PUT", "-H", "Content-Type: \(type ?? "")", "--data-binary",
                    "@\(file)", "http://\(host)/v2/team/app/manifests/\(tag)",
                ])
        ).checked()
    }

    /// Deletes a tag or a manifest with `curl`.
    func delete(_ reference: String) async throws { try await delete(at: "manifests/\(reference)") }

    /// Deletes a blob with `curl`.
    func deleteBlob(_ digest: String) async throws { try await delete(at: "blobs/\(digest)") }

    private func delete(at path: String) async throws {
        let address = "http://\(host)/v2/team/app/\(path)"
        try await ChildProcess.run(ProgramCall("curl", ["-sf", "-X", "DELETE", address]))
            .checked()
    }
}

/// Images and indexes that were made a number of hours ago.
struct DatedContent {
    private(set) var repository = RegistryContent.Repository()
    /// By digest.
    private(set) var hours: [String: Int] = [:]
    private var parts: [String: [String]] = [:]

    /// Adds an image with a layer of its own and one that all share.
    @discardableResult
    mutating func image(
        _ name: String, hours: Int, tags: String..., subject: FixtureDescriptor? = nil
    ) -> FixtureDescriptor {
        let created = Date(timeIntervalSinceNow: Double(-hours * 3600)).formatted(.iso8601)
        let shared = repository.layout.add(
            blob: Array("shared".utf8), mediaType: "application/vnd.oci.image.layer.v1.tar")
        let own = repository.layout.add(
            blob: Array("layer of \(name)".utf8),
            mediaType: "application/vnd.oci.image.layer.v1.tar")
        let config = repository.layout.add(
            blob: Array(
                """
                {"created":"\(created)","architecture":"amd64","os":"linux","rootfs":\
                {"type":"layers","diff_ids":["\(shared.digest)","\(own.digest)"]}}
                """.utf8), mediaType: "application/vnd.oci.image.config.v1+json")
        let image = repository.layout.addManifest(
            config: config, layers: [shared, own], subject: subject)
        parts[image.digest] = [image.digest, shared.digest, own.digest, config.digest]
        note(image, hours, tags)
        return image
    }

    /// Adds an index.
    @discardableResult
    mutating func index(
        _ children: [FixtureDescriptor], hours: Int, tags: String...
    ) -> FixtureDescriptor {
        let index = repository.layout.addIndex(children)
        parts[index.digest] = [index.digest] + children.flatMap { parts[$0.digest] ?? [] }
        note(index, hours, tags)
        return index
    }

    /// Lists a manifest as what a layout is for.
    mutating func list(_ manifest: FixtureDescriptor) { repository.layout.list(manifest) }

    private mutating func note(_ manifest: FixtureDescriptor, _ hours: Int, _ tags: [String]) {
        self.hours[manifest.digest] = hours
        for tag in tags { repository.tags[tag] = manifest.digest }
    }

    /// Everything that a manifest reaches.
    func part(_ digest: String) -> OCILayout {
        var part = repository.layout
        let kept = Set(parts[digest] ?? [])
        for other in part.blobs.keys where !kept.contains(other) { part.replace(other, with: nil) }
        return part
    }
}

/// A plan as a script reads it.
struct PlanDocument: Decodable {
    struct Part: Decodable {
        struct Deletion: Decodable {
            var digest: String
            var tags: [String]
            var reason: String
            var bytes: Int
        }
        var deletions: [Deletion]
        var freed: Int
        var warnings: [String]
        var stopped: String?
    }
    var repositories: [Part]
    var exceeded: [String]
    var hash: String

    enum CodingKeys: CodingKey { case repositories, exceeded }

    init(_ data: Data) throws {
        self = try JSONDecoder().decode(Self.self, from: data)
        hash = Sha256.digest([UInt8](data))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        repositories = try container.decode([Part].self, forKey: .repositories)
        exceeded = try container.decode([String].self, forKey: .exceeded)
        hash = ""
    }

    var digests: Set<String> { Set(repositories.flatMap(\.deletions).map(\.digest)) }
    var tags: Set<String> { Set(repositories.flatMap(\.deletions).flatMap(\.tags)) }
}
