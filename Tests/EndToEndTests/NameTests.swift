import Foundation
import TestSupport
import Testing

/// Names of `publisher.yaml` in the place of references, in every verb that takes one.
@Suite struct NameTests {
    private let image = FixtureImage.small(seed: 3)

    private func configure(_ program: Program, _ here: String, _ there: String = "there.example")
        throws
    {
        try program.home.write(
            "publisher.yaml",
            """
            registries:
              here: {host: "\(here)"}
              there: {host: "\(there)", dialect: gitea}
            channels: {dev: {on: refs/heads/main}}
            images:
              app: {repository: [here/team/app, there/public/app], tags: {dev: {rolling: [dev]}}}
              tool: {repository: there/team/tool, tags: {dev: {rolling: [dev]}}}
            """)
    }

    @Test("an image is pushed, looked at, copied and deleted by its name")
    func wholeLife() async throws {
        let here = try await LocalRegistryServer(LocalSetup(dialect: .oci))
        let there = try await LocalRegistryServer(LocalSetup(dialect: .gitea))
        let program = try Program()
        try configure(program, here.host, there.host)
        let archive = try program.file("image.tar", DockerArchive(image).bytes)

        let pushed = try await program.run("push", archive, "app:dev", "--tag", "old", "--json")
        try #require(pushed.status == 0, "\(pushed.stderr)")
        let receipt = try pushed.jsonObject
        #expect(receipt["destination"] as? String == "\(here.host)/team/app")
        let digest = try #require(receipt["digest"] as? String)

        #expect(try await program.run("tags", "app").stdout == "dev\nold\n")
        for name in ["app:dev", "here/team/app:dev", "\(here.host)/team/app:dev"] {
            let found = try await program.run("digest", name)
            #expect(found.stdout == "\(digest)\n", "\(found.stderr)")
        }
        let looked = try await program.run("digest", "app:dev", "--json")
        #expect(try looked.jsonObject["reference"] as? String == "\(here.host)/team/app:dev")
        let inspected = try await program.run("inspect", "app@\(digest)")
        #expect(inspected.stdout.contains("\(here.host)/team/app@\(digest)"), "\(inspected.stderr)")

        let copied = try await program.run("copy", "app:dev", "tool:dev", "--json")
        #expect(copied.status == 0, "\(copied.stderr)")
        #expect(try copied.jsonObject["destination"] as? String == "\(there.host)/team/tool")
        let on = try await program.run("copy", "there/team/tool:dev", "there/public/app")
        #expect(on.stdout == "\(digest)\n", "\(on.stderr)")
        let index = try await program.run("index", "tool:all", "--add", "app:dev")
        #expect(index.status == 0, "\(index.stderr)")
        let children = try await program.run("inspect", "tool:all")
        #expect(children.stdout.contains(digest))
        #expect(try await program.run("verify", "app@\(digest)").status == 0)
        #expect(try await program.run("verify", "there/team/tool:all").status == 0)

        let deleted = try await program.run("delete", "app:old")
        #expect(deleted.status == 0, "\(deleted.stderr)")
        #expect(try await program.run("tags", "app").stdout == "dev\n")
        try await here.stop()
        try await there.stop()
    }

    @Test("a layout at a path goes before a name, and any other folder does not")
    func paths() async throws {
        let here = try await LocalRegistryServer()
        let program = try Program()
        try configure(program, here.host)
        let archive = try program.file("image.tar", DockerArchive(image).bytes)
        let pushed = try await program.run("push", archive, "app:latest")
        try #require(pushed.status == 0, "\(pushed.stderr)")
        try program.home.write("app/Dockerfile", "FROM scratch")
        #expect(try await program.run("digest", "app").stdout == pushed.stdout)
        let other = try OCILayout.image(.small(seed: 9))
        try FileManager.default.removeItem(atPath: program.home.file("app"))
        try other.write(to: program.home.file("app"))
        let layout = try await program.run("digest", "app")
        #expect(layout.firstLine == other.roots.first?.digest, "\(layout.stderr)")
        #expect(try await program.run("digest", "app:latest").stdout == pushed.stdout)
        try await here.stop()
    }

    @Test(
        "a name that nobody knows is refused with those that there are",
        arguments: [
            ["tags", "ap"], ["digest", "ap:dev"], ["inspect", "ap:dev"], ["delete", "ap:dev"],
            ["copy", "ap:dev", "app:dev"], ["copy", "app:dev", "ap:dev"],
            ["push", "image.tar", "ap:dev"], ["index", "ap:dev", "--add", "app:dev"],
            ["index", "app:dev", "--add", "ap:dev"], ["promote", "ap:dev", "--to", "x"],
            ["verify", "ap"],
        ])
    func unknown(arguments: [String]) async throws {
        let program = try Program()
        // Nobody listens there.
        try configure(program, "127.0.0.1:1")
        let result = try await ChildProcess.run(program.call(arguments))
        #expect(result.status == 64, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        expectError(result, says: ["'ap' is neither", "its images are app, tool", "HOST/"])
    }

    @Test("a configuration is found by its option, and a broken one is exit code 78")
    func option() async throws {
        let here = try await LocalRegistryServer()
        let program = try Program()
        try configure(program, here.host)
        try FileManager.default.moveItem(
            atPath: program.home.file("publisher.yaml"), toPath: program.home.file("other.yaml"))
        let archive = try program.file("image.tar", DockerArchive(image).bytes)
        for arguments in [
            ["push", archive, "app:dev"], ["copy", "app:dev", "app:1"], ["digest", "app:dev"],
            ["tags", "app"], ["index", "app:all", "--add", "app:dev"], ["delete", "app:1"],
        ] {
            let without = try await ChildProcess.run(program.call(arguments))
            #expect(without.status == 64)
            expectError(without, says: ["no publisher.yaml"])
            let with = try await ChildProcess.run(
                program.call(arguments + ["--config", "other.yaml"]))
            #expect(with.status == 0, "\(arguments): \(with.stderr)")
        }
        let inspected = try await program.run(
            "inspect", "app:dev", environment: ["PUBLISHER_CONFIG": "other.yaml"])
        #expect(inspected.status == 0, "\(inspected.stderr)")
        try program.home.write("publisher.yaml", "registries: 1")
        #expect(try await program.run("tags", "\(here.host)/team/app").status == 78)
        try await here.stop()
    }
}
