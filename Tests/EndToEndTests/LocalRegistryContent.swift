import Foundation
import TestSupport

/// Content that is put into registries and read back with `curl`, which shares no code with what
/// is tested.
struct RegistryContent {
    /// A repository: its content, and the digests of its tags.
    struct Repository {
        var layout = OCILayout()
        var tags: [String: String] = [:]
        /// The digests of what refers to a digest.
        var referrers: [String: [String]] = [:]

        func isManifest(_ digest: String) -> Bool {
            layout.manifests.contains { $0.digest == digest }
        }
    }

    var repositories: [String: Repository] = [:]

    /// Several repositories, one in another's folder, with all that an OCI registry may hold and
    /// registries of other makers take: many tags on few digests, indexes, one within another,
    /// an empty blob, signatures, and signatures of signatures.
    static func everything() throws -> RegistryContent {
        var content = RegistryContent()
        content.repositories["team/app"] = try .app()
        content.repositories["team/app/deep/er"] = try .nested()
        content.repositories["other"] = try .single()
        return content
    }

    /// What of it Gitea takes: names of two components at least, tags that differ by more than
    /// case, no index within an index.
    static func everythingForGitea() throws -> RegistryContent {
        var content = try everything()
        content.repositories["team/app/deep/er"] = nil
        content.repositories["team/files"] = content.repositories.removeValue(forKey: "other")
        content.repositories["team/app"]?.tags["Upper_Case"] = nil
        return content
    }

    /// An image whose configuration and layer have digests of SHA-512.
    static func sha512() throws -> RegistryContent {
        var long = OCILayout { bytes in
            let result = try? ChildProcess.runBlocking(ProgramCall("sha512sum", stdin: bytes))
            return "sha512:\(result?.stdout.prefix(128) ?? "")"
        }
        let image = FixtureImage.small(seed: 90)
        let config = long.add(
            blob: image.config, mediaType: "application/vnd.oci.image.config.v1+json")
        let layers = image.layers.map {
            long.add(blob: $0.tar, mediaType: "application/vnd.oci.image.layer.v1.tar")
        }
        var own = Repository()
        for (digest, bytes) in long.blobs { own.layout.replace(digest, with: bytes) }
        own.tags["long"] = own.layout.addManifest(config: config, layers: layers).digest
        return RegistryContent(repositories: ["team/long": own])
    }

    /// Puts all of it into a registry that takes anybody's writes over plain HTTP.
    func put(into host: String) async throws {
        for (name, repository) in repositories {
            let layout = repository.layout
            let root = "http://\(host)/v2/\(name)"
            let blobs = layout.blobs.filter { !repository.isManifest($0.key) }
            let opened = try await curl(blobs.map { _ in .post("\(root)/blobs/uploads/") })
            try await curl(
                zip(blobs, opened).map { blob, opened in
                    let place = opened.location.hasPrefix("/") ? "http://\(host)" : ""
                    let sign = opened.location.contains("?") ? "&" : "?"
                    return CurlRequest.put(
                        "\(place)\(opened.location)\(sign)digest=\(blob.key)", blob.value,
                        "application/octet-stream")
                })
            // Children before parents, subjects before what refers to them.
            try await curl(
                layout.manifests.flatMap { manifest in
                    let tags = repository.tags.filter { $0.value == manifest.digest }.map(\.key)
                    return ([manifest.digest] + tags).map {
                        CurlRequest.put(
                            "\(root)/manifests/\($0)", layout.blobs[manifest.digest] ?? [],
                            manifest.mediaType)
                    }
                })
        }
    }

    /// What a registry has not, or has otherwise: manifests by digest and by tag, and blobs, byte
    /// for byte.
    func differences(at host: String) async throws -> [String] {
        var differences: [String] = []
        for (name, repository) in repositories {
            let root = "http://\(host)/v2/\(name)"
            let blobs = repository.layout.blobs
            let wanted =
                blobs.map { digest, bytes in
                    let kind = repository.isManifest(digest) ? "manifests" : "blobs"
                    return ("\(root)/\(kind)/\(digest)", bytes)
                } + repository.tags.map { ("\(root)/manifests/\($0)", blobs[$1] ?? []) }
            let found = try await curl(wanted.map { .get($0.0) }, isStrict: false)
            for ((place, bytes), answer) in zip(wanted, found)
            where answer.status != 200 || answer.body != bytes {
                differences.append("\(answer.status) \(place)")
            }
        }
        return differences
    }
}

extension RegistryContent.Repository {
    fileprivate static func app() throws -> Self {
        var own = Self()
        let image = try own.layout.add(.small(seed: 70))
        let docker = try own.layout.add(.small(seed: 71), format: .docker)
        let list = own.layout.addIndex([
            image, try own.layout.add(.small(seed: 72, architecture: "arm64")),
        ])
        for number in 0..<12 { own.tags["1.\(number)"] = image.digest }
        own.tags["docker"] = docker.digest
        for tag in ["latest", "dev", "Upper_Case"] { own.tags[tag] = list.digest }
        let signature = own.refer(to: list, "signature")
        own.refer(to: signature, "countersignature")
        own.refer(to: image, "sbom")
        own.refer(to: image, "signature")
        return own
    }

    fileprivate static func nested() throws -> Self {
        var own = Self()
        own.layout = try .nestedIndex(seed: 80)
        own.tags["all"] = own.layout.manifests.last?.digest
        return own
    }

    fileprivate static func single() throws -> Self {
        var own = Self()
        let empty = own.layout.add(blob: [], mediaType: "application/vnd.example.empty")
        let config = own.layout.add(
            blob: Array("{}".utf8), mediaType: "application/vnd.example.config")
        own.tags["files"] = own.layout.addManifest(config: config, layers: [empty, empty]).digest
        return own
    }

    /// Adds an artifact about a manifest.
    @discardableResult
    private mutating func refer(to subject: FixtureDescriptor, _ kind: String) -> FixtureDescriptor
    {
        let config = layout.add(
            blob: Array("{}".utf8), mediaType: "application/vnd.example.\(kind)")
        let text = layout.add(
            blob: Array("\(kind) of \(subject.digest)".utf8), mediaType: "text/plain")
        let referrer = layout.addManifest(config: config, layers: [text], subject: subject)
        referrers[subject.digest, default: []].append(referrer.digest)
        return referrer
    }
}
