import Foundation
import TestSupport
import Testing

/// What is to be seen of a push: on a terminal, in a log, with `--quiet`, with `--json`.
@Suite struct ProgressTests {
    private let registry: ScriptedRegistry
    private let program: Program
    private let archive: String
    private let layout: String

    init() throws {
        registry = try ScriptedRegistry()
        program = try Program()
        let image = FixtureImage(layers: [
            .random(400_000, seed: 1), .random(300_000, seed: 2), .random(200_000, seed: 3),
        ])
        archive = try program.file("image.tar", DockerArchive(image).bytes)
        layout = program.home.file("layout")
        try OCILayout.image(image, tag: "v").write(to: layout)
    }

    /// Runs a push on a terminal of 100 columns and gives all that it wrote there.
    private func terminal(
        _ arguments: [String], _ variables: [String: String] = [:]
    ) async throws -> String {
        let command = (["stty", "cols", "100", "rows", "40", ";", Program.path] + arguments)
            .joined(separator: " ")
        let kind = ["TERM": "xterm", "SHELL": "/bin/sh"].merging(variables) { $1 }
        var call = program.call([], kind)
        call.program = "script"
        call.arguments = ["--quiet", "--return", "--command", command, "/dev/null"]
        return try await ChildProcess.run(call).stdout
    }

    private var destination: String { "\(registry.host)/team/app:dev" }

    @Test func aTerminalShowsABarABlobAndIsLeftTidy() async throws {
        for method in ["PATCH", "PUT"] {
            registry.inject(
                Fault(
                    method: method, pathContains: "/blobs/", times: 3,
                    .throttle(bytesPerSecond: 400_000)))
        }
        let output = try await terminal(["push", "oci:\(layout):v", destination])
        #expect(output.contains("[#"), "a bar that has begun")
        #expect(output.contains(" of 400.") || output.contains(" of 401."), "\(output)")

        let screen = Screen(output)
        #expect(screen.codes.isSubset(of: ["A", "J"]))
        let digest = try #require(registry.tag("team/app", "dev"))
        let seen = screen.text
        #expect(seen.filter { $0.hasPrefix("blob ") && $0.contains(": uploaded, ") }.count == 4)
        #expect(seen.contains("manifest \(digest): stored"))
        #expect(seen.contains("tag dev: stored"))
        #expect(seen.contains(digest))
        #expect(seen.last?.hasSuffix("read back and compared") == true)
        #expect(seen.count == 8, "\(seen)")
        #expect(!seen.contains { $0.contains("[") || $0.isEmpty })
    }

    @Test func aTerminalShowsHowFarALayerOfUnknownSizeIs() async throws {
        registry.inject(
            Fault(method: "PATCH", times: 3, .throttle(bytesPerSecond: 400_000)))
        let output = try await terminal(["push", archive, destination])
        #expect(output.contains("layer "))
        let seen = Screen(output).text
        #expect(seen.filter { $0.hasPrefix("layer ") && $0.contains(": uploaded, ") }.count == 3)
        #expect(seen.count == 8, "\(seen)")
    }

    @Test func aWarningStandsAboveTheBars() async throws {
        registry.inject(Fault(method: "PATCH", times: 1, .status(503)))
        registry.inject(Fault(method: "PATCH", times: 3, .throttle(bytesPerSecond: 300_000)))
        let output = try await terminal(["push", archive, destination, "--verbose"])
        let seen = Screen(output).text
        #expect(seen.filter { $0.contains("trying again") }.count == 1, "\(seen)")
        #expect(seen.filter { $0.hasPrefix("publisher: debug: PATCH") }.count == 4)
        #expect(seen.filter { $0.hasPrefix("layer ") && $0.contains(": uploaded, ") }.count == 3)
        let known = [
            "layer ", "config ", "manifest ", "tag ", "sha256:", "publisher: ", registry.host,
        ]
        for line in seen {
            #expect(known.contains { line.hasPrefix($0) })
            // A bar that was left behind has the size so far and no outcome.
            if line.hasPrefix("layer ") { #expect(line.contains(": ")) }
        }
    }

    @Test func aFailureIsTheLastThatATerminalShows() async throws {
        registry.inject(Fault(method: "PATCH", skip: 2, .status(403)))
        registry.inject(Fault(method: "PATCH", times: 3, .throttle(bytesPerSecond: 300_000)))
        let seen = Screen(try await terminal(["push", archive, destination])).text
        let failure = try #require(seen.firstIndex { $0.hasPrefix("publisher: ") })
        for line in seen[..<failure] { #expect(line.contains(": uploaded"), "\(seen)") }
        #expect(seen[failure...].contains { $0.hasPrefix("  next: ") })
        #expect(!seen.contains { $0.hasPrefix("layer ") && !$0.contains(": ") })
    }

    @Test(arguments: [["NO_COLOR": "1"], ["NO_COLOR": "1", "TERM": "dumb"], ["TERM": "dumb"]])
    func noColourMeansNoColour(_ variables: [String: String]) async throws {
        let output = try await terminal(["push", archive, destination], variables)
        let codes = Screen(output).codes
        #expect(!codes.contains("m"))
        if variables["TERM"] == "dumb" { #expect(codes.isEmpty) }
    }

    @Test func aLogGetsOneLineALayer() async throws {
        let result = try await program.run("push", archive, destination)
        #expect(result.status == 0)
        let lines = result.stderr.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("layer ") }.count == 3)
        #expect(lines.count == 7, "\(result.stderr)")
        #expect(!result.stderr.contains("\u{1b}") && !result.stderr.contains("\r"))
        #expect(result.stdout == "\(try #require(registry.tag("team/app", "dev")))\n")
    }

    @Test func quietSaysNothingButTheDigest() async throws {
        let result = try await program.run("push", archive, destination, "--quiet")
        #expect(result.status == 0)
        #expect(result.stderr.isEmpty, "\(result.stderr)")
        #expect(result.stdout == "\(try #require(registry.tag("team/app", "dev")))\n")
        let onTerminal = try await terminal(["push", archive, destination, "--quiet"])
        #expect(onTerminal == "\(result.firstLine)\r\n")
    }

    @Test func jsonIsAllThatIsOnStandardOutput() async throws {
        struct Receipt: Decodable {
            struct Tag: Decodable {
                var tag: String
                var before: String?
                var after: String
            }
            struct Blob: Decodable {
                var digest: String
                var size: Int
                var outcome: String
            }
            var reference: String
            var digest: String
            var tags: [Tag]
            var blobs: [Blob]
            var requests: [String: Int]
            var bytesSent: Int
        }
        let first = try await program.run("push", archive, destination, "--json")
        let receipt = try JSONDecoder().decode(Receipt.self, from: Data(first.output))
        #expect(receipt.digest == registry.tag("team/app", "dev"))
        #expect(receipt.reference == "\(registry.host)/team/app@\(receipt.digest)")
        #expect(receipt.tags.map(\.after) == [receipt.digest])
        #expect(receipt.tags.map(\.before) == [nil])
        #expect(receipt.blobs.allSatisfy { $0.outcome == "uploaded" })
        for blob in receipt.blobs { #expect(registry.blob(blob.digest)?.count == blob.size) }
        #expect(receipt.requests["PATCH"] == 3)
        #expect(receipt.bytesSent >= receipt.blobs.reduce(0) { $0 + $1.size })
        #expect(first.stderr.contains("layer "), "progress is on standard error")

        let second = try await program.run("push", archive, destination, "--json", "--quiet")
        let again = try JSONDecoder().decode(Receipt.self, from: Data(second.output))
        #expect(second.stderr.isEmpty)
        #expect(again.tags.first?.before == receipt.digest)
        #expect(again.blobs.allSatisfy { $0.outcome == "existing" })
        #expect(again.requests.keys.sorted() == ["GET", "HEAD"])
    }
}
