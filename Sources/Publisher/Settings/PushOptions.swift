import ArgumentParser
import OCIRegistry

/// How images are sent.
struct PushOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case oci, docker }
    enum Algorithm: String, ExpressibleByArgument, CaseIterable { case gzip, zstd }

    @Option(help: "How layers are compressed that are not yet.")
    var compression = Algorithm.gzip

    @Option(
        help: "From 1, fastest, to 9 (gzip) or 19 (zstd), smallest. Each algorithm's default is 2.")
    var compressionLevel: Int?

    @Option(help: "The kind of manifest that is made for an image that has none.")
    var format = Format.oci

    @Option(
        help: ArgumentHelp(
            "Push the image for this platform alone out of an index.", valueName: "os/arch"))
    var platform: String?

    @Option(
        help: ArgumentHelp(
            "Take layers over from this repository of the same registry where it has them.",
            valueName: "repository"))
    var mountFrom: [String] = []

    @Option(
        help: ArgumentHelp(
            "Send blobs in pieces of so many MB, for proxies that bound a request's size (1 to 64).",
            valueName: "MB"))
    var chunkSize: Int?

    @Option(help: ArgumentHelp("Blobs in flight at a time.", valueName: "n"))
    var parallel = 4

    @Flag(inversion: .prefixedNo, help: "Look for layers under the registry's other tags.")
    var reuse = true

    func validate() throws {
        if format == .docker && compression == .zstd {
            throw ValidationError("Docker's manifest format has no zstd: use --format oci")
        }
        let top = compression == .gzip ? 9 : 19
        if let compressionLevel, !(1...top).contains(compressionLevel) {
            throw ValidationError("--compression-level is from 1 to \(top) for \(compression)")
        }
        if let chunkSize, !(1...64).contains(chunkSize) {
            throw ValidationError("--chunk-size is from 1 to 64 MB")
        }
        if !(1...16).contains(parallel) {
            throw ValidationError("--parallel is from 1 to 16")
        }
    }

    /// The options as the pusher takes them.
    ///
    /// Throws ``OCIError`` (usage) for an illegal platform or repository name.
    func options(tags: [Tag]) throws -> Pusher.Options {
        var options = Pusher.Options()
        options.tags = tags
        switch compression {
        case .gzip: options.compression = compressionLevel.map { .gzip(level: $0) } ?? .defaultGzip
        case .zstd: options.compression = compressionLevel.map { .zstd(level: $0) } ?? .defaultZstd
        }
        options.dockerFormat = format == .docker
        options.platform = try platform.map { try Platform(parsing: $0) }
        options.mountFrom = try mountFrom.map { try RepositoryName($0) }
        options.chunkSize = chunkSize.map { $0 * 1_000_000 }
        options.parallel = parallel
        options.reuse = reuse
        return options
    }
}
