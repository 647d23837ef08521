import ConfigurationFile
import TestSupport
import Testing

/// `build/RUNNER_SETUP.md`. Its commands are run where the state is that they need: sections 1, 2, 5 and 8 after a
/// green pipeline, section 9 after a prune.
@Suite struct GuideTests {
    static let path = "build/RUNNER_SETUP.md"
    static let afterPipeline = [
        "1. Accounts, variables, secrets", "2. The first builder", "5. A green pipeline",
        "8. A bad builder",
    ]
    static let afterPrune = "9. Prune, and a bad prune"

    @Test("every command is run by a test, or said to need a host that tests cannot have")
    func blocks() throws {
        let guide = try Guide(Self.path)
        #expect(guide.sections == Set(Self.afterPipeline + [Self.afterPrune]))
        for block in guide.blocks {
            let place = "\(block.section): \(block.lines.first ?? "")"
            switch block.kind {
            case "console", "console host":
                // Continued lines and what commands print would not be seen.
                #expect(
                    block.commands.count == block.lines.count && !block.lines.isEmpty, "\(place)")
            case "yaml":
                let text = block.lines.joined(separator: "\n")
                #expect(throws: Never.self, "\(place)") {
                    try ConfigurationNode.parse(text, name: Self.path)
                }
            default:
                #expect(block.kind == "ini" && block.commands.isEmpty, "\(place)")
            }
        }
        #expect(guide.blocks.contains { $0.kind == "console host" })
    }

    @Test("a runner mounts the socket by one way alone, pulls always, and has the GPU to itself")
    func runners() throws {
        let configurations = try Guide(Self.path).blocks.filter { $0.kind == "yaml" }.map {
            try #require(
                try ConfigurationNode.parse($0.lines.joined(separator: "\n"), name: Self.path))
        }
        try #require(configurations.count == 2)
        for configuration in configurations {
            let container = try #require(configuration["container"])
            #expect(try container["force_pull"]?.text() == "true")
            #expect(try container["docker_host"]?.text() == "unix:///var/run/docker.sock")
            #expect(try container["options"]?.text().contains("docker.sock") == false)
            let labels = try #require(configuration["runner"]?["labels"]?.items).map {
                try $0.text()
            }
            #expect(labels.count == 1 && labels[0].contains("@sha256:"))
            let hasGPU = try container["options"]?.text().contains("--gpus") == true
            #expect(labels[0].hasPrefix(hasGPU ? "matric-builder-gpu:" : "matric-builder:"))
            if hasGPU { #expect(try configuration["runner"]?["capacity"]?.text() == "1") }
        }
    }
}
