import ArgumentParser
import Console
import OCIRegistry

/// `publisher tags`.
struct Tags: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the tags of a repository.",
        discussion: """
            \(ConfigurationOptions.namesHelp)

            Examples:
              publisher tags git.example.org/team/app
              publisher tags builder
            """)

    @Argument(help: "HOST/REPOSITORY, or IMAGE of publisher.yaml.")
    var repository: String

    @Flag(help: "Show the digest behind each tag too.")
    var digests = false

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    private struct Entry: Encodable {
        var tag: String
        var digest: Digest?
    }

    func run() async throws {
        let names = try await file.names()
        let reference = try names.destination(repository)
        guard reference.tag == nil else {
            throw OCIError(
                .usage, "a repository is asked for, not a tag", subject: repository,
                advice: "leave ':\(reference.selector)' out")
        }
        let session = try Session(
            connection, output, credentialsFor: reference.host, registries: names.registries)
        let opened = session.repository(reference)
        guard let tags = try await opened.tags() else {
            throw OCIError(
                .notFound, "no such repository", subject: reference.name,
                advice: "check the name; a private one may need 'publisher login \(reference.host)'"
            )
        }
        let entries = try await look(tags, opened)
        if output.json {
            Terminal.write(JSON.encode(entries, pretty: true) + [0x0a])
        } else if digests {
            var table = Table()
            for entry in entries { table.add(entry.tag, entry.digest?.description ?? "gone") }
            Terminal.write(table.text)
        } else {
            Terminal.write(tags.map { "\($0)\n" }.joined())
        }
    }

    private func look(_ tags: [Tag], _ repository: Repository) async throws -> [Entry] {
        guard digests else { return tags.map { Entry(tag: "\($0)") } }
        let found = try await repository.digests(of: tags)
        return tags.map { Entry(tag: "\($0)", digest: found[$0]) }
    }
}
