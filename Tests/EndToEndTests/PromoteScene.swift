import Foundation
import HTTPTypes
import LocalRegistry
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// The registry's own fault, of the two that these tests can see.
typealias RegistryFault = LocalRegistry.Fault

/// A registry within the test, so that what goes wrong can be told to it as it runs.
final class PromoteScene: Sendable {
    let server: RegistryServer
    let program: Program
    private let folder: TemporaryFolder
    private let seen = Mutex<[Access]>([])

    /// Runs `body` beside registries of these dialects.
    static func with(
        _ dialects: Dialect..., body: ([PromoteScene]) async throws -> Void
    ) async throws {
        var scenes: [PromoteScene] = []
        do {
            for dialect in dialects { scenes.append(try await PromoteScene(dialect)) }
            try await body(scenes)
        } catch {
            for scene in scenes { await scene.server.stop() }
            throw error
        }
        for scene in scenes { await scene.server.stop() }
    }

    private init(_ dialect: Dialect) async throws {
        folder = try TemporaryFolder(prefix: "promote")
        program = try Program()
        var settings = ServerSettings(root: FilePath(folder.file("root")))
        settings.dialect = dialect
        server = try await RegistryServer.start(settings)
    }

    var host: String { "127.0.0.1:\(server.port)" }
    var dialect: Dialect { server.store.dialect }

    /// A configuration with this registry as `here`, and maybe another as `there`.
    @discardableResult
    func configure(_ other: PromoteScene? = nil) throws -> String {
        let there = other.map { "  there: {host: \"\($0.host)\", dialect: \($0.dialect)}\n" } ?? ""
        let repositories = other == nil ? "here/team/app" : "[here/team/app, there/public/app]"
        return try program.home.write(
            "publisher.yaml",
            """
            registries:
              here: {host: "\(host)", dialect: \(dialect)}
            \(there)channels:
              dev: {on: refs/heads/main}
              release: {on: "refs/tags/v{version}", versions: calver}
            images:
              app:
                repository: \(repositories)
                tags:
                  dev: {immutable: ["sha-{sha7}"], rolling: [dev]}
                  release: {immutable: ["{version}"], rolling: [latest]}
            """)
    }

    /// Puts an image or index into a repository, under tags.
    @discardableResult
    func put(
        _ layout: OCILayout, _ tags: String..., in repository: String = "team/app"
    ) async throws -> String {
        let digest = try #require(layout.roots.first?.digest)
        var content = RegistryContent.Repository(layout: layout)
        for tag in tags { content.tags[tag] = digest }
        try await RegistryContent(repositories: [repository: content]).put(into: host)
        return digest
    }

    /// Runs `publisher promote`.
    func promote(
        _ arguments: String..., environment: [String: String] = [:]
    ) async throws -> ChildResult {
        try await ChildProcess.run(call(arguments, environment), timeout: 60)
    }

    /// The call of `publisher promote`.
    func call(_ arguments: [String], _ environment: [String: String] = [:]) -> ProgramCall {
        program.call(["promote"] + arguments, environment)
    }

    /// The tags of a repository with their digests, as read with another client.
    func tags(_ repository: String = "team/app") async throws -> [String: String] {
        struct List: Decodable { var tags: [String]? }
        let root = "http://\(host)/v2/\(repository)"
        let list = try await curl([.get("\(root)/tags/list")], isStrict: false)
        guard let list = list.first, list.status == 200 else { return [:] }
        let tags = try JSONDecoder().decode(List.self, from: Data(list.body)).tags ?? []
        let found = try await curl(tags.map { .get("\(root)/manifests/\($0)") })
        return Dictionary(uniqueKeysWithValues: zip(tags, found.map { Sha256.digest($0.body) }))
    }

    /// Whether a digest can be pulled.
    func has(_ digest: String, _ repository: String = "team/app") async throws -> Bool {
        let place = "http://\(host)/v2/\(repository)/manifests/\(digest)"
        return try await curl([.get(place)], isStrict: false).first?.status == 200
    }

    /// From now on, notes each request that no fault is for.
    func record() {
        seen.withLock { $0 = [] }
        server.faults.add(
            RegistryFault(
                on: "*", times: RegistryFault.always,
                .call { [self] head in
                    let access = Access(method: head.method.rawValue, path: head.path ?? "")
                    seen.withLock { $0.append(access) }
                }))
    }

    /// The requests below a repository, by method.
    func counts(_ path: String = "/v2/team/app/manifests/") -> [String: Int] {
        seen.withLock { $0 }.filter { $0.path.hasPrefix(path) }
            .reduce(into: [:]) { $0[$1.method, default: 0] += 1 }
    }

    /// All that was asked for.
    var requests: [Access] { seen.withLock { $0 } }

    /// What was written.
    var writes: [Access] { seen.withLock { $0 }.filter(\.isWrite) }
}

extension OCILayout {
    /// An image with a label for its commit.
    static func labelled(_ revision: String, seed: UInt64 = 1) throws -> OCILayout {
        var image = FixtureImage.small(seed: seed)
        image.labels["org.opencontainers.image.revision"] = revision
        return try .image(image)
    }
}
