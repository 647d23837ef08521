import LocalRegistry
import TestSupport
import Testing

/// `publisher promote` to another repository, or another registry.
@Suite struct PromoteElsewhereTests {
    private let revision = String(repeating: "0123456789", count: 4)

    @Test(
        "to another repository no byte of a blob travels", arguments: [Dialect.oci, .gitea])
    func mounted(dialect: Dialect) async throws {
        try await PromoteScene.with(dialect) { scenes in
            let scene = scenes[0]
            let layout = try OCILayout.index()
            let digest = try await scene.put(layout, "dev")
            scene.record()
            let result = try await scene.promote(
                "\(scene.host)/team/app:dev", "--to", "1", "latest", "--to-repository",
                "\(scene.host)/team/prod/app", "--json")
            #expect(result.status == 0, "\(result.stderr)")
            let uploads = scene.writes.filter { $0.path.contains("/blobs/") }
            #expect(!uploads.isEmpty)
            #expect(uploads.allSatisfy { $0.method == "POST" && $0.path.contains("mount=") })
            #expect(try await scene.tags("team/prod/app") == ["1": digest, "latest": digest])
            #expect(try await scene.differences(from: layout, in: "team/prod/app").isEmpty)
            let receipt = try Receipt(result.output)
            #expect(receipt.destinations.first?.blobs == ["mounted": uploads.count])
        }
    }

    @Test(
        "scenario 13: to another registry every byte is the same, signatures on request",
        arguments: [Dialect.oci, .gitea])
    func otherRegistry(dialect: Dialect) async throws {
        try await PromoteScene.with(dialect, dialect == .oci ? .gitea : .oci) { scenes in
            let (here, there) = (scenes[0], scenes[1])
            try here.configure(there)
            var layout = OCILayout()
            let image = try layout.add(.small())
            let empty = layout.add(
                blob: Array("{}".utf8), mediaType: "application/vnd.example.signature")
            let signature = layout.addManifest(config: empty, layers: [empty], subject: image)
            layout.list(image)
            try await here.put(layout, "2026.7.10")
            // Where there is no referrers API, a tag is.
            if dialect == .gitea {
                let list = layout.addIndex([signature])
                try await curl([
                    .put(
                        "http://\(here.host)/v2/team/app/manifests/"
                            + image.digest.replacing(":", with: "-"),
                        layout.blobs[list.digest] ?? [], list.mediaType)
                ])
            }
            let plain = try await here.promote(
                "app:2026.7.10", "--to", "2026.7.10", "latest", "--to-registry", "there", "--json")
            #expect(plain.status == 0, "\(plain.stderr)")
            let receipt = try Receipt(plain.output)
            #expect(receipt.source == "\(here.host)/team/app:2026.7.10@\(image.digest)")
            #expect(receipt.destinations.first?.repository == "\(there.host)/public/app")
            #expect(receipt.tags.map(\.kind) == ["immutable", "rolling"])
            let tags = try await there.tags("public/app")
            #expect(tags == ["2026.7.10": image.digest, "latest": image.digest])
            #expect(try await !there.has(signature.digest, "public/app"))

            let signed = try await here.promote(
                "app:2026.7.10", "--to", "latest", "--to-registry", "there", "--referrers")
            #expect(signed.status == 0, "\(signed.stderr)")
            #expect(try await there.has(signature.digest, "public/app"))
        }
    }

    @Test("the receipt has platforms and layers where they were read, and no others")
    func facts() async throws {
        try await PromoteScene.with(.oci) { scenes in
            let scene = scenes[0]
            let image = FixtureImage.small(seed: 6)
            try await scene.put(.image(image), "one")
            try await scene.put(.index(), "all")
            func receipt(_ tag: String, _ options: [String] = []) async throws -> [String: Any] {
                let arguments = ["\(scene.host)/team/app:\(tag)", "--to", "x", "--json"] + options
                let result = try await ChildProcess.run(scene.call(arguments))
                let all = try result.jsonObject["destinations"] as? [[String: Any]]
                return try #require(all?.first, "\(result.stderr)")
            }
            let other = ["--to-repository", "\(scene.host)/team/prod"]
            let moved = try await receipt("one")
            #expect(moved["platforms"] == nil && moved["diffIDs"] == nil)
            #expect(moved["config"] != nil)
            let copied = try await receipt("one", other)
            #expect(copied["platforms"] as? [String] == ["linux/amd64"])
            #expect(copied["diffIDs"] as? [String] == image.layers.map { Sha256.digest($0.tar) })
            for options in [[], other] {
                let index = try await receipt("all", options)
                #expect((index["platforms"] as? [String])?.isEmpty == false)
                #expect(index["diffIDs"] == nil)
            }
        }
    }

    @Test(
        "scenario 14: what is not of the commit never reaches the other registry",
        arguments: [Dialect.oci, .gitea])
    func wrongRevision(dialect: Dialect) async throws {
        try await PromoteScene.with(dialect, dialect == .oci ? .gitea : .oci) { scenes in
            let (here, there) = (scenes[0], scenes[1])
            try here.configure(there)
            try await here.put(.labelled(revision), "sha-0123abc")
            there.record()
            let refused = try await here.promote(
                "app:sha-0123abc", "--to", "latest", "--to-registry", "there", "--revision",
                String(repeating: "b", count: 40))
            #expect(refused.status == 10, "\(refused.stderr)")
            #expect(there.writes.isEmpty)
            let done = try await here.promote(
                "app:sha-0123abc", "--to", "latest", "--to-registry", "there", "--revision",
                revision)
            #expect(done.status == 0, "\(done.stderr)")
        }
    }

    @Test("an immutable tag there is looked at before anything is copied")
    func immutableThere() async throws {
        try await PromoteScene.with(.oci, .oci) { scenes in
            let (here, there) = (scenes[0], scenes[1])
            try here.configure(there)
            try await here.put(.image(), "sha-0123abc")
            let old = try await there.put(
                .image(.small(seed: 9)), "2026.5.4", in: "public/app")
            there.record()
            let refused = try await here.promote(
                "app:sha-0123abc", "--to", "2026.5.4", "--to-registry", "there")
            #expect(refused.status == 10, "\(refused.stderr)")
            expectError(refused, says: ["there: \(old)"])
            #expect(there.writes.isEmpty)
        }
    }

    @Test(
        "scenario 24: a blob that is cut on its way moves no tag until it is whole",
        arguments: [Dialect.oci, .gitea])
    func truncated(dialect: Dialect) async throws {
        try await PromoteScene.with(dialect, dialect == .oci ? .gitea : .oci) { scenes in
            let (here, there) = (scenes[0], scenes[1])
            let layout = try OCILayout.image()
            let digest = try await here.put(layout, "dev")
            here.server.faults.add(
                RegistryFault(on: "GET /v2/team/app/blobs/*", times: 2, .truncate(10)))
            let result = try await here.promote(
                "\(here.host)/team/app:dev", "--to", "v", "--to-repository",
                "\(there.host)/public/app")
            #expect(result.stdout == digest + "\n", "\(result.stderr)")
            #expect(here.server.faults.fired.count == 2)
            #expect(try await there.differences(from: layout, in: "public/app").isEmpty)
        }
    }
}

extension PromoteScene {
    /// What a repository has otherwise than a layout.
    func differences(from layout: OCILayout, in repository: String) async throws -> [String] {
        try await RegistryContent(repositories: [repository: .init(layout: layout)])
            .differences(at: host)
    }
}
