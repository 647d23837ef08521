import FoundationEssentials
import Logging

/// A credentials file of Docker (`config.json`) or Podman (`auth.json`); both have one shape.
///
/// containers-auth.json(5); Docker CLI, "Credential stores".
struct AuthFile: Sendable {
    /// Where the file is.
    let path: String
    /// Where the file is, for people: with `~` for the home directory.
    let shownPath: String
    /// The whole document, with whatever else others keep in it.
    private(set) var document: [String: JSONValue]

    /// Reads a file; nil when there is none. An empty file is an empty document.
    ///
    /// Throws ``OCIError`` (configuration) naming the file and the cure.
    static func load(_ path: String, home: String?, logger: Logger) throws -> AuthFile? {
        guard let (bytes, isExposed) = try LocalFile.read(path) else { return nil }
        var file = AuthFile(emptyAt: path, home: home)
        if isExposed {
            logger.warning(
                "others can read this credentials file; cure: chmod 600",
                metadata: ["file": "\(path)"])
        }
        guard bytes.contains(where: { $0 > 0x20 }) else { return file }
        let value: JSONValue
        do {
            value = try JSON.decode(JSONValue.self, from: bytes, what: "the file")
        } catch {
            throw file.malformed(error.message)
        }
        guard let document = value.object else { throw file.malformed("it is not a JSON object") }
        file.document = document
        return file
    }

    /// A file that does not exist yet.
    init(emptyAt path: String, home: String?) {
        self.path = path
        let inHome = home.map { !$0.isEmpty && path.hasPrefix($0 + "/") } ?? false
        shownPath = inHome ? "~" + path.dropFirst(home?.count ?? 0) : path
        document = [:]
    }

    /// The fields under `auths` that hold credentials for a repository: those of the longest
    /// matching key. `isSpecific` when that key names a namespace within the host.
    func entry(
        for host: RegistryHost, _ repository: RepositoryName?
    ) throws -> (fields: [String: JSONValue], isSpecific: Bool)? {
        let entries = try section("auths").compactMap { name, value -> Candidate? in
            guard let key = AuthFileKey(name), key.matches(host, repository),
                let fields = value.object, !fields.isEmpty
            else { return nil }
            return Candidate(name: name, key: key, fields: fields)
        }
        let best = entries.max { left, right in
            // Of several spellings of one host, the plain one, else the first.
            (left.key.path.count, left.name == host.description ? 1 : 0, right.name)
                < (right.key.path.count, right.name == host.description ? 1 : 0, left.name)
        }
        return best.map { ($0.fields, !$0.key.path.isEmpty) }
    }

    /// The credential helper that `credHelpers` names for a host.
    func hostHelper(for host: RegistryHost) throws -> String? {
        try section("credHelpers").sorted { $0.key < $1.key }
            .first { AuthFileKey($0.key)?.matches(host, nil) ?? false }
            .flatMap { $0.value.string }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The credential helper for all hosts, `credsStore`.
    var defaultHelper: String? {
        document["credsStore"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Replaces what `auths` says about a host, under each of its spellings, by one entry, or by
    /// none. Returns whether there was one before.
    mutating func setEntry(_ fields: [String: JSONValue]?, for host: RegistryHost) throws -> Bool {
        var auths = try section("auths")
        let spellings = auths.keys.filter {
            AuthFileKey($0).map { $0.path.isEmpty && $0.host == host.description } ?? false
        }
        for spelling in spellings { auths[spelling] = nil }
        if let fields { auths[Self.serverName(of: host)] = .object(fields) }
        document["auths"] = .object(auths)
        return !spellings.isEmpty
    }

    /// What Docker calls a registry, in files and to helpers.
    static func serverName(of host: RegistryHost) -> String {
        host == .dockerHub ? "https://index.docker.io/v1/" : host.description
    }

    /// The error for something in this file that makes no sense.
    func malformed(_ reason: String, host: RegistryHost? = nil) -> OCIError {
        let cure = host.map { "run 'publisher login \($0)' to write that entry anew" }
        return OCIError(
            .configuration, "the credentials file is malformed: \(reason)", subject: shownPath,
            advice: cure ?? "correct the file, or move it away and log in again")
    }

    private func section(_ name: String) throws -> [String: JSONValue] {
        switch document[name] {
        case nil, .null: return [:]
        case .object(let fields): return fields
        default: throw malformed("'\(name)' is not an object")
        }
    }

    private struct Candidate {
        let name: String
        let key: AuthFileKey
        let fields: [String: JSONValue]
    }
}
