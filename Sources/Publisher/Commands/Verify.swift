import ArgumentParser
import ImageTags
import OCIRegistry

/// `publisher verify`.
struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare what registries serve with what they should.",
        discussion: """
            A tag and its digest have to give the same bytes, and everything that these name has to \
            be there in the size that they tell; --deep reads it all and hashes it again. Layers \
            that are to be had elsewhere are left out. Nothing is ever written.

            An image of publisher.yaml stands for its rolling tags: those of one channel have to \
            name one digest in every repository of the image. A channel that has none of them \
            anywhere was not published yet, which is a difference only where --channel asks for it. \
            IMAGE:TAG is that tag in every repository of the image, IMAGE@DIGEST that digest. Tags whose names hold a version \
            cannot be known from the configuration: name them.

            A receipt is compared with the registry as it is now, so that a rolling tag which has \
            moved on since is a difference too.

            One line a difference on standard output: drift, missing, size, corrupt, denied (with \
            --anonymous) or incomplete (a receipt of a publish that failed), the reference, what is \
            expected, what was observed. Exits 11 where there is one.

            Examples:
              publisher verify git.example.org/team/app:2026.7.10 --same latest
              publisher verify matric-memory --channel release
              publisher verify --receipt receipt.json --anonymous --deep
            """)

    @Argument(
        help: ArgumentHelp(
            "IMAGE[:TAG][@DIGEST] of publisher.yaml, or HOST/REPOSITORY[:TAG][@DIGEST].",
            valueName: "image|ref"))
    var subjects: [String] = []

    @Option(
        help: ArgumentHelp(
            "This has to name the same digest: a tag of the repository, or HOST/REPOSITORY:TAG.",
            valueName: "tag|ref"))
    var same: [String] = []

    @Option(help: "Check the images' tags of this channel alone.")
    var channel: String?

    @Option(help: ArgumentHelp("Check what this receipt of a publish claims.", valueName: "file"))
    var receipt: [String] = []

    @Flag(help: "Use no credentials at all: what the public sees.")
    var anonymous = false

    @Flag(help: "Read every blob and hash it again.")
    var deep = false

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func validate() throws {
        if subjects.isEmpty && receipt.isEmpty {
            throw ValidationError("name an image, a reference, or a receipt with --receipt FILE")
        }
        if !same.isEmpty && subjects.count != 1 {
            throw ValidationError("--same goes with exactly one reference")
        }
        if anonymous && (connection.username != nil || connection.clientCert != nil) {
            throw ValidationError("--anonymous goes with no credentials and no certificate")
        }
    }

    func run() async throws {
        let started = ContinuousClock.now
        let names = try await file.names()
        var claims: [Claim] = []
        for subject in subjects { claims += try await self.claims(subject, names) }
        for path in receipt { claims += try PublishReceipt(file: path).claims }
        let session = try Session(
            connection, output, credentialsFor: claims.flatMap(\.places).first?.reference.host,
            registries: names.registries, isAnonymous: anonymous)
        var verifier = Verifier(session, deep: deep, anonymous: anonymous)
        for claim in claims { try await verifier.check(claim) }
        verifier.noteAbsence(of: subjects)
        try verifier.report.deliver(
            output, session, duration: started.duration(to: .now))
    }

    private func claims(_ subject: String, _ names: RepositoryNames) async throws -> [Claim] {
        // Where there is none, reading it says where it was looked for.
        if names.configuration == nil, !subject.contains("/") { _ = try await file.load() }
        let found = try names.find(subject)
        let reference = found.reference
        guard let image = found.image, let configuration = names.configuration else {
            return [try Claim(reference, same: try others(reference, names))]
        }
        if reference.tag != nil || reference.digest != nil {
            return [try claim(image, reference, names)]
        }
        guard same.isEmpty else {
            throw OCIError(
                .usage, "--same goes with a tag", subject: subject,
                advice: "name it: \(subject):TAG; the tags of a channel are compared anyway")
        }
        return try claims(image, configuration)
    }

    /// One tag or digest in every repository of an image.
    private func claim(
        _ image: ImageRules, _ wanted: Reference, _ names: RepositoryNames
    ) throws -> Claim {
        let references = image.destinations.map { destination in
            var reference = destination.reference
            reference.tag = wanted.tag
            return reference
        }
        let more = try references.flatMap { try others($0, names) }
        var seen: Set<Reference> = []
        let all = (references + more).filter { seen.insert($0).inserted }
        return Claim(digest: wanted.digest, places: all.map { Claim.Place(reference: $0) })
    }

    /// The rolling tags of an image, a claim for each channel.
    private func claims(_ image: ImageRules, _ configuration: Configuration) throws -> [Claim] {
        var rules = image.channels
        if let channel {
            rules = rules.filter { $0.channel.name == channel }
            guard !rules.isEmpty else {
                let known = image.channels.map(\.channel.name).joined(separator: ", ")
                throw OCIError(
                    .usage, "image '\(image.name)' has no channel '\(channel)'",
                    subject: configuration.path, advice: "its channels are \(known)")
            }
        }
        var claims: [Claim] = []
        for rules in rules {
            guard var claim = try Claim(image, rules) else { continue }
            claim.isOptional = channel == nil
            claims.append(claim)
        }
        guard !claims.isEmpty else {
            throw OCIError(
                .usage, "no rolling tag of '\(image.name)' can be known from the configuration",
                subject: configuration.path, advice: "name a tag: \(image.name):TAG")
        }
        return claims
    }

    private func others(
        _ reference: Reference, _ names: RepositoryNames
    ) throws -> [Reference] {
        try same.map { text in
            guard text.contains("/") else { return reference.with(tag: try Tag(text)) }
            let other = try names.destination(text)
            _ = try Claim(other)
            return other
        }
    }
}
