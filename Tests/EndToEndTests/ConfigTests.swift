import Foundation
import TestSupport
import Testing

/// `publisher config`, as an editor, a person and a CI step use it.
@Suite struct ConfigTests {
    private static let text = """
        registries:
          git: {host: git.example.org, dialect: gitea}
          hub: {host: hub.example.org}
        channels:
          dev: {on: refs/heads/main}
        images:
          app:
            repository: [git/team/app, hub/app]
            tags:
              dev: {immutable: ["sha-{sha7}"], rolling: [dev, latest]}
        """

    private let program: Program

    init() throws { program = try Program() }

    @Test func aGoodOneIsShownAsATable() async throws {
        _ = try program.file("publisher.yaml", Array(Self.text.utf8))
        let result = try await program.run("config", "check")
        #expect(result.status == 0, "\(result.stderr)")
        #expect(
            result.stdout == """
                IMAGE  CHANNEL  REPOSITORY                IMMUTABLE   ROLLING
                app    dev      git.example.org/team/app  sha-{sha7}  dev latest
                app    dev      hub.example.org/app       sha-{sha7}  dev latest

                """)
        let json = try await program.run("config", "check", "--json")
        let rows =
            try JSONSerialization.jsonObject(with: Data(json.stdout.utf8)) as? [[String: Any]]
        #expect(rows?.count == 2)
        #expect(rows?.first?["rolling"] as? [String] == ["dev", "latest"])
    }

    @Test func aBadOneIsExitCode78WithLineAndCure() async throws {
        let bad = Self.text.replacing("rolling:", with: "roling:")
        let path = try program.file("other.yaml", Array(bad.utf8))
        for result in [
            try await program.run("config", "check", "--config", path),
            try await program.run("config", "check", environment: ["PUBLISHER_CONFIG": path]),
        ] {
            #expect(result.status == 78)
            #expect(result.stdout.isEmpty)
            for part in ["other.yaml: line 10: \"dev\" has no \"roling\"", "next: ", "rolling"] {
                #expect(result.stderr.contains(part), "\(result.stderr)")
            }
        }
        let none = try await program.run("config", "check")
        #expect(none.status == 78)
        #expect(none.stderr.contains("PUBLISHER_CONFIG"))
    }

    @Test func theSchemaIsJSON() async throws {
        let result = try await program.run("config", "schema")
        #expect(result.status == 0)
        let schema =
            try JSONSerialization.jsonObject(with: Data(result.stdout.utf8)) as? [String: Any]
        #expect(schema?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(result.stderr.isEmpty)
    }
}
