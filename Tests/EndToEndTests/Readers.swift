import Foundation
import TestSupport

/// `skopeo`, which shares no code with the program: an independent reader of what was pushed.
enum Skopeo {
    /// What `skopeo inspect` says of an image; of the platform of this machine in an index.
    struct Inspection: Decodable {
        var Digest: String
        var RepoTags: [String]?
        var Layers: [String]
        var Labels: [String: String]?
        var Architecture: String
    }

    static func inspect(_ reference: String) async throws -> Inspection {
        let text = try await tool(
            "skopeo", "inspect", "--tls-verify=false", "docker://\(reference)")
        return try JSONDecoder().decode(Inspection.self, from: Data(text.utf8))
    }

    /// The exact bytes of a manifest.
    static func raw(_ reference: String) async throws -> [UInt8] {
        try await ChildProcess.run(
            ProgramCall(
                "skopeo", ["inspect", "--raw", "--tls-verify=false", "docker://\(reference)"])
        ).checked().output
    }

    /// Copies an image with all its platforms into an OCI layout of its own.
    static func copy(_ reference: String, toLayout folder: String) async throws {
        try await tool(
            "skopeo", "copy", "--quiet", "--all", "--src-tls-verify=false",
            "docker://\(reference)", "oci:\(folder):copy")
    }
}

/// As much of a manifest or index as tests look at.
struct ManifestView: Decodable {
    struct Part: Decodable {
        var mediaType: String
        var digest: String
        var size: Int
    }

    var mediaType: String?
    var config: Part?
    var layers: [Part]?
    var manifests: [Part]?

    init(_ bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    }
}

/// One line of an access log.
struct Access: CustomStringConvertible {
    var method: String
    var path: String

    var isWrite: Bool { ["PUT", "POST", "PATCH", "DELETE"].contains(method) }
    var description: String { "\(method) \(path)" }
}

extension DockerRegistry {
    /// The requests so far, from the access log. A line is written after its reply, so this waits
    /// until no more come.
    func accesses() async throws -> [Access] {
        var seen = log
        while true {
            try await Task.sleep(for: .milliseconds(200))
            guard log != seen else { break }
            seen = log
        }
        return seen.split(separator: "\n").compactMap { line in
            guard let request = line.split(separator: "\"").first(where: { $0.contains(" HTTP/") })
            else { return nil }
            let parts = request.split(separator: " ")
            guard parts.count == 3, parts[1].hasPrefix("/v2/") else { return nil }
            return Access(method: String(parts[0]), path: String(parts[1]))
        }
    }

    /// The sizes of the blobs in the storage, manifests among them, by digest.
    func storedBlobs() throws -> [String: Int] {
        let root = URL(filePath: storage).appending(path: "docker/registry/v2/blobs/sha256")
        let manager = FileManager.default
        var sizes: [String: Int] = [:]
        for path in (try? manager.subpathsOfDirectory(atPath: root.path())) ?? []
        where path.hasSuffix("/data") {
            let file = root.appending(path: path).path()
            let size = try manager.attributesOfItem(atPath: file)[.size] as? Int
            sizes["sha256:\(path.split(separator: "/")[1])"] = size
        }
        return sizes
    }
}
