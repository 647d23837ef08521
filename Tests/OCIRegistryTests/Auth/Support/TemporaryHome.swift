import FoundationEssentials

@testable import OCIRegistry

/// A home directory for one test, with an environment that points to nothing outside of it.
final class TemporaryHome: Sendable {
    let path: String

    init() throws {
        path = "/tmp/oci-auth-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: path + "/bin", withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var environment: [String: String] {
        ["HOME": path, "PATH": "\(path)/bin:/usr/bin:/bin"]
    }

    /// Writes a file, by default one that only its owner can read.
    func write(_ text: String, to name: String, mode: Int = 0o600) throws {
        let file = "\(path)/\(name)"
        let folder = file.split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(
            atPath: "/" + folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(name)")
    }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions]
            .flatMap { $0 as? Int }
    }

    func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }

    /// Puts `docker-credential-NAME` on this home's PATH.
    func install(helper name: String, _ script: String) throws {
        try write("#!/bin/sh\n\(script)\n", to: "bin/docker-credential-\(name)", mode: 0o755)
    }

    /// The credentials that these sources find.
    func find(
        _ host: String, _ repository: String? = nil, adding extra: [String: String] = [:],
        explicit: Credentials? = nil, onlyHost: RegistryHost? = nil, log: LogCapture = LogCapture()
    ) async throws -> SourcedCredentials {
        let sources = CredentialSources(
            explicit: explicit, onlyHost: onlyHost,
            environment: environment.merging(extra) { $1 }, logger: log.logger)
        return try await sources.credentials(
            for: RegistryHost(host), repository: repository.map { try RepositoryName($0) })
    }
}

/// The error that an expression throws; nil when it throws none of ours.
func thrown<T>(_ body: () async throws -> T) async -> OCIError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? OCIError
    }
}

/// Base64 of a text.
func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
