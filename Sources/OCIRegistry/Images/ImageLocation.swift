public import SystemPackage

/// Where an image is or goes, as users write it: skopeo's transports.
public enum ImageLocation: Sendable, Hashable {
    /// `docker-daemon:NAME[:TAG]`: an image in a Docker Engine.
    case engine(String)
    /// `docker-archive:FILE[:REF]`: see ``DockerArchive/open(_:reference:limits:)``.
    case dockerArchive(FilePath, reference: String?)
    /// `oci:DIR[:TAG]`: see ``OCILayout/open(directory:selector:)``.
    case ociDirectory(FilePath, selector: String?)
    /// `oci-archive:FILE[:TAG]`: see ``OCILayout/open(archive:selector:)``.
    case ociArchive(FilePath, selector: String?)
    /// `docker://HOST/REPOSITORY[:TAG][@DIGEST]`: an image in a registry.
    case registry(Reference)

    /// What a location without a prefix that is no path stands for.
    public enum Position: Sendable {
        /// An image in a Docker Engine.
        case source
        /// A reference in a registry.
        case destination
    }

    /// Parses a location. Without a prefix, a path that exists is looked into. In `FILE:REF`, the
    /// longest part before a colon that exists is the file; where none does, the first colon
    /// divides. A destination without a prefix is read by `reference`.
    ///
    /// Throws ``OCIError`` (usage) for what cannot be a location, and as opening a file and
    /// `reference` do.
    public static func parse(
        _ text: String, position: Position = .source,
        reference: (String) throws(OCIError) -> Reference = { (text) throws(OCIError) in
            try Reference(parsing: text)
        }
    ) async throws -> ImageLocation {
        if let colon = text.firstIndex(of: ":") {
            let rest = String(text[text.index(after: colon)...])
            switch text[..<colon] {
            case "docker-daemon": return .engine(try nonEmpty(rest, in: text))
            case "docker" where rest.hasPrefix("//"):
                return .registry(try Reference(parsing: rest.dropFirst(2)))
            case "docker-archive":
                let (path, reference) = split(try nonEmpty(rest, in: text))
                return .dockerArchive(path, reference: reference)
            case "oci":
                let (path, selector) = split(try nonEmpty(rest, in: text))
                return .ociDirectory(path, selector: selector)
            case "oci-archive":
                let (path, selector) = split(try nonEmpty(rest, in: text))
                return .ociArchive(path, selector: selector)
            default: break
            }
        }
        if let found = try await sniff(text) { return found }
        let name = try nonEmpty(text, in: text)
        return switch position {
        case .source: .engine(name)
        case .destination: .registry(try reference(name))
        }
    }

    private static func nonEmpty(_ part: String, in text: String) throws(OCIError) -> String {
        guard !part.isEmpty, !part.utf8.contains(0), !part.hasPrefix(":") else {
            throw OCIError(
                .usage, "'\(text.prefix(200))' names no image",
                advice: "write docker-daemon:NAME, docker-archive:FILE, oci:DIR, oci-archive:FILE "
                    + "or docker://HOST/REPOSITORY:TAG")
        }
        return part
    }

    /// Divides `PATH`, `PATH:SELECTOR` and `PATH@DIGEST`.
    private static func split(_ text: String) -> (FilePath, String?) {
        if FileKind(text) != nil { return (FilePath(text), nil) }
        var candidates = text.indices.filter { text[$0] == ":" && $0 != text.startIndex }
        if let at = ["@sha256:", "@sha512:"].compactMap({ marker in
            text.indices.last { text[$0...].hasPrefix(marker) }
        }).max() {
            // The colon within a digest divides nothing.
            candidates = candidates.filter { $0 < at } + [at]
        }
        guard let first = candidates.first else { return (FilePath(text), nil) }
        let cut = candidates.last { FileKind(String(text[..<$0])) != nil } ?? first
        let rest = text[cut].isASCII && text[cut] == ":" ? text[cut...].dropFirst() : text[cut...]
        return (FilePath(String(text[..<cut])), rest.isEmpty ? nil : String(rest))
    }

    /// Looks into a path that exists; nil when there is none, or nothing that is an image and the
    /// text may well be a name.
    private static func sniff(_ text: String) async throws -> ImageLocation? {
        let isPath = ["/", "./", "../"].contains { text.hasPrefix($0) }
        let (path, selector) = isPath ? split(text) : (FilePath(text), nil)
        switch FileKind(path.string) {
        case .directory:
            if FileKind(path.appending(OCILayoutIndex.markerPath).string) == .file {
                return .ociDirectory(path, selector: selector)
            }
        case .file:
            switch try await ArchiveKind(path) {
            case .docker: return .dockerArchive(path, reference: selector)
            case .oci: return .ociArchive(path, selector: selector)
            case nil: break
            }
        case nil:
            guard isPath else { return nil }
            throw OCIError(.notFound, "there is no such file or directory", subject: path.string)
        }
        guard isPath else { return nil }
        throw OCIError(
            .badData, "is neither an OCI layout nor an archive of an image", subject: path.string,
            advice: "an archive is what 'docker save' or an OCI exporter writes")
    }
}

extension ImageLocation: CustomStringConvertible {
    /// The location with its prefix.
    public var description: String {
        func file(_ prefix: String, _ path: FilePath, _ selector: String?) -> String {
            "\(prefix):\(path)" + (selector.map { ":\($0)" } ?? "")
        }
        return switch self {
        case .engine(let name): "docker-daemon:\(name)"
        case .dockerArchive(let path, let reference): file("docker-archive", path, reference)
        case .ociDirectory(let path, let selector): file("oci", path, selector)
        case .ociArchive(let path, let selector): file("oci-archive", path, selector)
        case .registry(let reference): "docker://\(reference)"
        }
    }
}
