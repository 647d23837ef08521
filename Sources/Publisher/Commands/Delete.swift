import ArgumentParser
import Console
import ImageTags
import OCIRegistry

/// `publisher delete`.
struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take one tag away.",
        discussion: """
            Other tags on the same image stay. A registry that cannot delete a tag alone is \
            reported as such; nothing else is deleted in its place. A digest is deleted only \
            together with all its tags, and only with --with-tags.

            \(ConfigurationOptions.namesHelp)

            Examples:
              publisher delete git.example.org/team/app:sha-0123abc
              publisher delete builder:sha-0123abc
            """)

    @Argument(
        help: ArgumentHelp(
            "HOST/REPOSITORY:TAG or IMAGE:TAG, or with @DIGEST and --with-tags.",
            valueName: "reference"))
    var reference: String

    @Flag(help: "Delete a digest although tags point at it, and these tags with it.")
    var withTags = false

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let names = try await file.names()
        let reference = try names.reference(self.reference)
        guard (reference.tag == nil) != (reference.digest == nil) else {
            throw OCIError(
                .usage, "a tag or a digest is needed, and not both", subject: self.reference,
                advice: "write HOST/REPOSITORY:TAG")
        }
        let session = try Session(
            connection, output, credentialsFor: reference.host, registries: names.registries)
        let repository = session.repository(reference, .delete)
        guard let digest = try await repository.digest(reference.selector) else {
            throw OCIError(
                .notFound, "no such image", subject: "\(reference)",
                advice: "'publisher tags \(reference.name)' lists what is there")
        }
        if reference.digest != nil { try await refuseUnlessFree(digest, repository) }
        try await delete(reference, repository)
        if try await repository.digest(reference.selector) != nil {
            throw OCIError(
                .protocolViolation, "it is still there although the registry accepted the deletion",
                subject: "\(reference)")
        }
        Terminal.write("\(digest)\n")
        if !output.quiet { Terminal.writeError("\(reference): deleted, and found to be gone\n") }
    }

    private func delete(_ reference: Reference, _ repository: Repository) async throws {
        do {
            _ = try await repository.delete(reference.selector)
        } catch var error as OCIError
            where reference.tag != nil
            && (error.exchange?.status == 405 || error.exchange?.status == 400
                || error.exchange?.status == 501)
        {
            error.kind = .protocolViolation
            error.message = "this registry does not support deleting a tag; nothing was deleted"
            error.advice =
                "delete the digest with all its tags (--with-tags), or move the tag elsewhere"
            throw error
        }
    }

    private func refuseUnlessFree(_ digest: Digest, _ repository: Repository) async throws {
        guard !withTags else { return }
        let digests = try await repository.digests(of: try await repository.tags() ?? [])
        let holders = digests.filter { $0.value == digest }.keys.sorted()
        guard !holders.isEmpty else { return }
        throw PolicyRefusal(
            "\(reference): tags point at it: "
                + holders.map(\.description).joined(separator: ", "),
            advice: "delete the tags one by one, or all at once with --with-tags")
    }
}
