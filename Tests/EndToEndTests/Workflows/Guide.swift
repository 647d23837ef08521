import Foundation
import TestSupport
import Testing

/// A guide in Markdown, as far as its blocks of commands go.
struct Guide {
    /// What stands between two fences.
    struct Block {
        /// The heading above it, without its marks.
        var section: String
        /// What stands behind the first fence: `console`, `console host`, `yaml`.
        var kind: String
        var lines: [String]

        /// The commands, without their prompts.
        var commands: [String] {
            lines.filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
        }
    }

    let blocks: [Block]

    init(_ path: String) throws {
        let text = try String(contentsOfFile: Peers.root + path, encoding: .utf8)
        var blocks: [Block] = []
        var section = ""
        var open: Block?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                if let block = open {
                    blocks.append(block)
                    open = nil
                } else {
                    open = Block(section: section, kind: String(line.dropFirst(3)), lines: [])
                }
            } else if open != nil {
                open?.lines.append(line)
            } else if line.hasPrefix("## ") || line.hasPrefix("### ") {
                section = String(line.drop { $0 == "#" || $0 == " " })
            }
        }
        self.blocks = blocks
    }

    /// The sections whose commands the tests run.
    var sections: Set<String> { Set(blocks.filter { $0.kind == "console" }.map(\.section)) }

    /// Runs the commands of a section in a pipeline's working copy, each of which has to go well.
    func run(_ section: String, in scene: PipelineScene, _ variables: [String: String] = [:])
        async throws
    {
        let own = blocks.filter { $0.section == section && $0.kind == "console" }
        try #require(!own.isEmpty, "\(section)")
        let binaries = scene.program.home.file("bin")
        try FileManager.default.createDirectory(atPath: binaries, withIntermediateDirectories: true)
        let link = "\(binaries)/publisher"
        if !FileManager.default.fileExists(atPath: link) {
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: Program.path)
        }
        let environment = [
            "PATH": "\(binaries):/usr/bin:/bin:/usr/sbin:/sbin", "HOME": scene.program.home.path,
            "REGISTRY_USER": scene.registry.user, "REGISTRY_TOKEN": scene.registry.password,
            "LEDGER_SIGNING_KEY": try scene.program.home.text("ledger.key"),
            "DOCKER_HOST": scene.engine.address,
        ].merging(variables) { $1 }
        for command in own.flatMap(\.commands) {
            let text = command.replacing("git.integrolabs.net", with: scene.registry.host)
            let result = try await ChildProcess.run(
                ProgramCall(
                    "bash", ["-e", "-o", "pipefail", "-c", text], environment: environment,
                    inheritsEnvironment: false, directory: scene.checkout.path))
            #expect(result.status == 0, "\(command): \(result.stdout)\(result.stderr)")
        }
    }
}
