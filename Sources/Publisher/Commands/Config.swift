import ArgumentParser
import Console
import ImageTags
import OCIRegistry

/// `publisher config`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Check publisher.yaml, or describe it to an editor.",
        subcommands: [ConfigCheck.self, ConfigSchema.self])
}

/// Where the configuration is.
struct ConfigurationOptions: ParsableArguments {
    /// What commands say that take a reference.
    static let namesHelp = """
        A name of publisher.yaml may stand for a repository: IMAGE for the first of that image's, \
        REGISTRY/REPOSITORY for one in that registry, each with [:TAG][@DIGEST].
        """

    @Option(
        help: ArgumentHelp(
            "Read this configuration, not PUBLISHER_CONFIG or the publisher.yaml that is found.",
            valueName: "file"))
    var config: String?

    /// Reads it. Throws ``OCIError``.
    func load() async throws(OCIError) -> Configuration {
        try await Configuration.load(path: config, environment: ProcessEnvironment.current)
    }

    /// Reads it where there is one. Throws ``OCIError``.
    func loadIfThere() async throws(OCIError) -> Configuration? {
        try await Configuration.loadIfThere(
            path: config, environment: ProcessEnvironment.current)
    }

    /// The names that it has, where there is one. Throws ``OCIError``.
    func names() async throws(OCIError) -> RepositoryNames {
        RepositoryNames(configuration: try await loadIfThere())
    }
}

/// `publisher config check`.
struct ConfigCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check publisher.yaml and show which tags images get.",
        discussion: """
            Exits 78 and says for each mistake where it is and how to correct it. No registry is asked.
            """)

    @OptionGroup var file: ConfigurationOptions

    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    private struct Row: Encodable {
        var image: String
        var channel: String
        var repository: String
        var immutable: [String]
        var rolling: [String]
    }

    func run() async throws {
        let rows = Self.rows(try await file.load())
        if json { return Terminal.write(JSON.encode(rows, pretty: true) + [0x0a]) }
        var table = Table()
        table.add("IMAGE", "CHANNEL", "REPOSITORY", "IMMUTABLE", "ROLLING")
        for row in rows {
            func list(_ tags: [String]) -> String {
                tags.isEmpty ? "-" : tags.joined(separator: " ")
            }
            table.add(
                row.image, row.channel, row.repository, list(row.immutable), list(row.rolling))
        }
        Terminal.write(table.text)
    }

    private static func rows(_ configuration: Configuration) -> [Row] {
        configuration.images.flatMap { image in
            image.channels.flatMap { rules in
                image.destinations.map { destination in
                    Row(
                        image: image.name, channel: rules.channel.name,
                        repository: destination.reference.name,
                        immutable: rules.tags.immutable.map(\.description),
                        rolling: rules.tags.rolling.map(\.description))
                }
            }
        }
    }
}

/// `publisher config schema`.
struct ConfigSchema: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of publisher.yaml, for editors.",
        discussion: """
            Example:
              publisher config schema > .publisher.schema.json
            and, as the first line of publisher.yaml:
              # yaml-language-server: $schema=.publisher.schema.json
            """)

    func run() async throws {
        Terminal.write(JSON.encode(Configuration.schema, pretty: true) + [0x0a])
    }
}
