import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher pin` in a tree of files, beside a registry.
@Suite("Pinning files")
struct PinTests {
    @Test(
        "references get their digests, byte for byte, and a second run changes nothing",
        arguments: [Dialect.oci, .gitea])
    func adds(_ dialect: Dialect) async throws {
        try await PinScene.with(dialect) { scene, index, image in
            let (rust, app) = ("\(scene.host)/team/rust:1", "\(scene.host)/team/app:1")
            let dockerfile = "FROM \(rust) AS b\r\nFROM b\r\nCOPY --from=\(app) / /\r\n# end"
            let compose = "services:\n  a: {image: '\(app)'}  # as built\n"
            let workflow = "jobs: {a: {container: {image: \"\(rust)\"}}}\n"
            try scene.home.write("build/Dockerfile", dockerfile)
            try scene.home.write("compose.yaml", compose)
            try scene.home.write(".gitea/workflows/ci.yaml", workflow)
            chmod(scene.home.file("build/Dockerfile"), 0o750)

            scene.registry.record()
            let result = try await scene.pin()
            #expect(result.status == 0, "\(result.stderr)")
            #expect(result.stdout.split(separator: "\n").count == 4, "\(result.stdout)")
            for (name, before) in [
                ("build/Dockerfile", dockerfile), ("compose.yaml", compose),
                (".gitea/workflows/ci.yaml", workflow),
            ] {
                let expected = before.replacing(rust, with: "\(rust)@\(index)")
                    .replacing(app, with: "\(app)@\(image)")
                #expect(try scene.text(name) == expected)
            }
            let mode = try FileManager.default.attributesOfItem(
                atPath: scene.home.file("build/Dockerfile"))[.posixPermissions]
            #expect(mode as? Int == 0o750)
            // Each image is asked for once, however many use it.
            #expect(scene.registry.counts("/v2/team/rust/manifests/")["HEAD"] == 1)
            #expect(scene.registry.counts("/v2/team/app/manifests/")["HEAD"] == 1)
            #expect(scene.registry.writes.isEmpty)

            let lock = try scene.text("images.lock")
            #expect(lock.contains("\"linux/amd64\""))
            #expect(lock.contains("build/Dockerfile"))
            scene.registry.record()
            let again = try await scene.pin()
            #expect(again.status == 0 && again.stdout.isEmpty, "\(again.stdout)")
            #expect(try scene.text("images.lock") == lock)
            #expect(scene.registry.requests.allSatisfy { $0.method != "GET" || $0.path == "/v2/" })
            for options in [["--check"], ["--check", "--locked"]] {
                let checked = try await ChildProcess.run(
                    scene.registry.program.call(["pin"] + options))
                #expect(checked.status == 0, "\(options): \(checked.stdout) \(checked.stderr)")
            }
        }
    }

    @Test("what a check finds: unpinned, stale, dead, one platform's, and --update mends it")
    func checks() async throws {
        try await PinScene.with(.oci) { scene, index, image in
            let (rust, app) = ("\(scene.host)/team/rust:1", "\(scene.host)/team/app:1")
            let one = try #require(try OCILayout.index().manifests.first?.digest)
            let gone = "sha256:" + String(repeating: "d", count: 64)
            try scene.home.write("a/Dockerfile", "FROM \(rust)\nFROM \(app)@\(gone)\n")
            try scene.home.write("b/Dockerfile", "FROM \(rust)@\(one)\nFROM \(app)@\(image)\n")
            let newer = try await scene.registry.put(.image(.small(seed: 6)), "1", in: "team/app")
            let before = try scene.text("a/Dockerfile") + scene.text("b/Dockerfile")
            let result = try await scene.pin("--check")
            #expect(result.status == 11, "\(result.stderr)")
            let lines = result.stdout.split(separator: "\n").map(String.init)
            try #require(lines.count == 4, "\(result.stdout)")
            #expect(lines[0].hasPrefix("a/Dockerfile:1:6: ") && lines[0].hasSuffix("unpinned"))
            #expect(lines[1].contains("a/Dockerfile:2:6") && lines[1].contains("dead"))
            #expect(lines[2].contains("linux/") && lines[2].contains("only"), "\(lines[2])")
            #expect(lines[3].contains("stale"))
            #expect(try scene.text("a/Dockerfile") + scene.text("b/Dockerfile") == before)
            #expect(!FileManager.default.fileExists(atPath: scene.home.file("images.lock")))

            let patch = try await scene.pin("--update", "--diff")
            #expect(patch.stdout.contains("+FROM \(app)@\(newer)"), "\(patch.stdout)")
            #expect(try scene.text("a/Dockerfile") + scene.text("b/Dockerfile") == before)
            let updated = try await scene.pin("--update")
            #expect(updated.status == 0, "\(updated.stdout) \(updated.stderr)")
            #expect(
                try scene.text("a/Dockerfile") == "FROM \(rust)@\(index)\nFROM \(app)@\(newer)\n")
            #expect(try scene.text("b/Dockerfile") == scene.text("a/Dockerfile"))
            #expect(try await scene.pin("--check").status == 0)
            // The lockfile belongs to the files.
            try scene.home.write("c/Dockerfile", "FROM \(app)@\(newer)\n")
            let drifted = try await scene.pin("--check")
            #expect(drifted.status == 11)
            #expect(drifted.stdout.contains("images.lock is not of these files"))
        }
    }

    @Test("without a network the lockfile says what is right", arguments: [Dialect.oci, .gitea])
    func locked(_ dialect: Dialect) async throws {
        try await PinScene.with(dialect) { scene, _, image in
            let app = "\(scene.host)/team/app:1"
            try scene.home.write("Dockerfile", "FROM \(app)\n")
            let none = try await scene.pin("--check", "--locked")
            #expect(none.status == 11)
            #expect(none.stdout.contains("images.lock is not there"), "\(none.stdout)")
            #expect(try await scene.pin().status == 0)
            scene.registry.record()
            await scene.registry.server.stop()
            #expect(try await scene.pin("--check", "--locked").status == 0)
            let other = "sha256:" + String(repeating: "e", count: 64)
            try scene.home.write("Dockerfile", "FROM \(app)@\(other)\nFROM \(app)\n")
            try scene.home.write("new/Dockerfile", "FROM \(scene.host)/team/new:1@\(other)\n")
            let wrong = try await scene.pin("--check", "--locked")
            #expect(wrong.status == 11)
            let lines = wrong.stdout.split(separator: "\n").map(String.init)
            try #require(lines.count == 3, "\(wrong.stdout)")
            #expect(lines[0].contains("stale") && lines[1].contains("unpinned"))
            #expect(lines[2].contains("not in the lockfile"))
            #expect(scene.registry.requests.isEmpty)

            // With a network that is down, pins stay as they are.
            try scene.home.write("Dockerfile", "FROM \(app)@\(image)\n")
            let down = try await scene.pin("--update")
            #expect(down.status == 69, "\(down.stderr)")
            #expect(down.stdout.contains("not resolved"))
            #expect(try scene.text("Dockerfile") == "FROM \(app)@\(image)\n")
        }
    }

    @Test(
        "a pin that nothing but a rolling tag of our own holds is told",
        arguments: [Dialect.oci, .gitea])
    func rolling(_ dialect: Dialect) async throws {
        try await PinScene.with(dialect) { scene, _, _ in
            try scene.registry.configure()
            let digest = try await scene.registry.put(.image(.small(seed: 8)), "dev")
            try scene.home.write("Dockerfile", "FROM \(scene.host)/team/app:dev@\(digest)\n")
            let rolling = try await scene.pin("--check")
            #expect(rolling.status == 11, "\(rolling.stderr)")
            #expect(rolling.stdout.contains("held only by rolling dev"), "\(rolling.stdout)")
            try await scene.registry.put(.image(.small(seed: 8)), "sha-0123abc")
            let held = try await scene.pin("--check")
            #expect(held.status == 0, "\(held.stdout)")
        }
    }

    @Test("bad files are named, and the rest is pinned all the same")
    func badInput() async throws {
        try await PinScene.with(.oci) { scene, _, image in
            let app = "\(scene.host)/team/app:1"
            try scene.home.write("compose.yaml", "services:\n  a: {image: \(app)\n")
            try scene.home.write("Dockerfile", "FROM \(app)\nRUN <<EOF\nnever ends\n")
            try scene.home.write("ok/Dockerfile", "FROM \(app)\nFROM ${NOTHING}\n")
            try scene.home.write("bin/Dockerfile", "FROM \(app)\n\0")
            try scene.home.write(
                "big/Dockerfile", "FROM \(app)\n" + String(repeating: "# x\n", count: 1_100_000))
            let outside = try TemporaryFolder()
            try outside.write("Dockerfile", "FROM \(app)\n")
            for (link, target) in [
                ("link", outside.path), ("linked.Dockerfile", outside.file("Dockerfile")),
            ] {
                try FileManager.default.createSymbolicLink(
                    atPath: scene.home.file(link), withDestinationPath: target)
            }
            let result = try await scene.pin()
            #expect(result.status == 65, "\(result.stderr)")
            #expect(result.stderr.contains("compose.yaml:"), "\(result.stderr)")
            #expect(result.stdout.contains("no value for NOTHING"))
            #expect(try scene.text("ok/Dockerfile").hasPrefix("FROM \(app)@\(image)\n"))
            #expect(
                result.stderr.contains("2 links, 1 binary file, 1 large file"), "\(result.stderr)")
            #expect(try outside.text("Dockerfile") == "FROM \(app)\n")
            let document = try await scene.pin("--check", "--json").jsonObject
            #expect((document["problems"] as? [Any])?.isEmpty == false)
            let over = document["passedOver"] as? [String: Int]
            #expect(over?["links"] == 2 && over?["binary"] == 1 && over?["large"] == 1)
        }
    }

    @Test("some paths alone: the rest of the lockfile stays")
    func somePaths() async throws {
        try await PinScene.with(.oci) { scene, _, _ in
            let app = "\(scene.host)/team/app:1"
            try scene.home.write("a/Dockerfile", "FROM \(scene.host)/team/rust:1\n")
            try scene.home.write("b/Dockerfile", "FROM \(app)\n")
            #expect(try await scene.pin("a").status == 0)
            #expect(try scene.text("b/Dockerfile") == "FROM \(app)\n")
            #expect(try await scene.pin("b/Dockerfile").status == 0)
            let lock = try scene.text("images.lock")
            #expect(lock.contains("team/rust:1") && lock.contains("team/app:1"))
            #expect(try await scene.pin("--check", "--locked").status == 0)
            for (path, status) in [("/etc", 64), ("nowhere", 66), ("images.lock", 64)] {
                let result = try await scene.pin(path)
                #expect(Int(result.status) == status, "\(path): \(result.stderr)")
            }
        }
    }

    @Test(
        "flags that make no sense together",
        arguments: [
            ["--locked"], ["--check", "--update"], ["--check", "--diff"], ["--platform", "x"],
        ])
    func usage(_ arguments: [String]) async throws {
        let program = try Program()
        #expect(try await ChildProcess.run(program.call(["pin"] + arguments)).status == 64)
    }
}
