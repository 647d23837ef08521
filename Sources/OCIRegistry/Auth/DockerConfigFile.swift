public import Logging

/// Docker's `config.json` as `login` and `logout` change it: through the credential helper that
/// it names, else in the file, every other setting kept.
public struct DockerConfigFile: Sendable {
    /// Where the file is.
    public let path: String
    private let environment: [String: String]
    private let logger: Logger

    /// Finds the file: in `DOCKER_CONFIG`, else in `~/.docker`.
    ///
    /// Throws ``OCIError`` (configuration) when the environment has neither `DOCKER_CONFIG` nor
    /// `HOME`.
    public init(environment: [String: String], logger: Logger) throws(OCIError) {
        guard let path = Self.path(in: environment) else {
            throw OCIError(
                .configuration, "there is no place for Docker's config.json",
                advice: "set HOME, or DOCKER_CONFIG to a folder")
        }
        self.path = path
        self.environment = environment
        self.logger = logger
    }

    /// Where Docker looks for its configuration; nil without `DOCKER_CONFIG` and `HOME`.
    static func path(in environment: [String: String]) -> String? {
        if let folder = environment["DOCKER_CONFIG"], !folder.isEmpty {
            return "\(folder)/config.json"
        }
        guard let home = environment["HOME"], !home.isEmpty else { return nil }
        return "\(home)/.docker/config.json"
    }

    /// Keeps credentials for a registry in place of any others. Returns where, for people.
    ///
    /// Throws ``OCIError``: configuration when the file or the helper fails, usage for anonymous
    /// credentials.
    @discardableResult
    public func store(_ credentials: Credentials, for host: RegistryHost) async throws -> String {
        guard let fields = AuthFile.fields(for: credentials) else {
            throw OCIError(.usage, "there are no credentials to keep", subject: "\(host)")
        }
        var file = try load()
        let helper = try helper(in: file, for: host)
        if let helper { try await helper.store(credentials, for: AuthFile.serverName(of: host)) }
        // Beside a helper the entry is empty: it only tells that the host is logged in to.
        _ = try file.setEntry(helper == nil ? fields : [:], for: host)
        try save(file)
        return helper?.program ?? file.shownPath
    }

    /// Forgets the credentials for a registry. Returns whether there were any.
    ///
    /// Throws ``OCIError`` (configuration) when the file or the helper fails.
    @discardableResult
    public func erase(_ host: RegistryHost) async throws -> Bool {
        var file = try load()
        var erased = false
        if let helper = try helper(in: file, for: host) {
            erased = try await helper.erase(AuthFile.serverName(of: host))
        }
        if try file.setEntry(nil, for: host) {
            try save(file)
            erased = true
        }
        return erased
    }

    private func load() throws -> AuthFile {
        let home = environment["HOME"]
        return try AuthFile.load(path, home: home, logger: logger)
            ?? AuthFile(emptyAt: path, home: home)
    }

    private func helper(in file: AuthFile, for host: RegistryHost) throws -> CredentialHelper? {
        try (file.hostHelper(for: host) ?? file.defaultHelper).map {
            try CredentialHelper(name: $0, environment: environment)
        }
    }

    private func save(_ file: AuthFile) throws {
        let document = JSONValue.object(file.document)
        try LocalFile.replace(
            path, with: JSON.encode(document, pretty: true),
            advice: "let this user write it, or point DOCKER_CONFIG to another folder")
    }
}

extension DockerConfigFile: CustomStringConvertible, CustomReflectable {
    /// The path; the environment is not shown, since it may hold secrets.
    public var description: String { path }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
