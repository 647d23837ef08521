public import Logging

/// Where credentials for a registry come from, in this order: what the caller was given, pairs of
/// environment variables, Docker's `config.json`, Podman's `auth.json`. The first that has some
/// wins.
public struct CredentialSources: Sendable {
    /// The names of two environment variables that hold credentials together.
    public struct VariablePair: Sendable, Hashable {
        /// The variable that holds the user name.
        public var username: String
        /// The variable that holds the password or token.
        public var password: String

        /// Names both variables.
        public init(username: String, password: String) {
            self.username = username
            self.password = password
        }

        /// `PUBLISHER_USERNAME` and `PUBLISHER_PASSWORD`.
        public static let publisher = VariablePair(
            username: "PUBLISHER_USERNAME", password: "PUBLISHER_PASSWORD")
    }

    private let explicit: Credentials?
    private let variables: [VariablePair]
    private let onlyHost: RegistryHost?
    private let environment: [String: String]
    private let logger: Logger

    /// Describes the sources.
    ///
    /// - Parameters:
    ///   - explicit: what the user gave this very program, such as by `--password-stdin`.
    ///   - variables: pairs of environment variables, the first that is set wins.
    ///   - onlyHost: the one registry that `explicit` and `variables` are meant for, since neither
    ///     names one; nil offers them to every registry.
    ///   - environment: the process's environment.
    public init(
        explicit: Credentials? = nil, variables: [VariablePair] = [.publisher],
        onlyHost: RegistryHost? = nil, environment: [String: String], logger: Logger
    ) {
        self.explicit = explicit
        self.variables = variables
        self.onlyHost = onlyHost
        self.environment = environment
        self.logger = logger
    }

    /// The credentials for a repository, or for a host as a whole; ``SourcedCredentials/none``
    /// when no source has any.
    ///
    /// Throws ``OCIError`` (configuration) for half a pair of variables, a malformed file, a
    /// helper that fails.
    public func credentials(
        for host: RegistryHost, repository: RepositoryName? = nil
    ) async throws -> SourcedCredentials {
        if onlyHost == nil || onlyHost == host {
            if let explicit {
                return SourcedCredentials(explicit, source: "the command line's user and password")
            }
            for pair in variables {
                if let found = try credentials(in: pair) { return found }
            }
        }
        let places = [DockerConfigFile.path(in: environment)] + Self.podmanPaths(environment)
        for path in places.compactMap({ $0 }) {
            let home = environment["HOME"]
            guard let file = try AuthFile.load(path, home: home, logger: logger) else { continue }
            if let found = try await credentials(in: file, host, repository) { return found }
        }
        return .none
    }

    private func credentials(in pair: VariablePair) throws -> SourcedCredentials? {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        switch (value(pair.username), value(pair.password)) {
        case (nil, nil): return nil
        case (let username?, let password?):
            return SourcedCredentials(
                Credentials(username: username, password: password),
                source: "the environment (\(pair.username), \(pair.password))")
        case (let username, _):
            let (there, missing) =
                username == nil ? (pair.password, pair.username) : (pair.username, pair.password)
            throw OCIError(
                .configuration, "\(there) is set but \(missing) is not",
                advice: "set both, or neither to use Docker's or Podman's credentials")
        }
    }

    /// A namespace's own entry, the host's helper, the helper for all hosts, the host's entry.
    private func credentials(
        in file: AuthFile, _ host: RegistryHost, _ repository: RepositoryName?
    ) async throws -> SourcedCredentials? {
        let entry = try file.entry(for: host, repository)
        func fromEntry() throws -> SourcedCredentials? {
            try entry.flatMap { try file.credentials(in: $0.fields, host: host) }
                .map { SourcedCredentials($0, source: "\(file.shownPath) (auths)") }
        }
        if entry?.isSpecific == true, let found = try fromEntry() { return found }
        if let helper = try file.hostHelper(for: host),
            let found = try await credentials(from: helper, host, "\(file.shownPath) credHelpers")
        {
            return found
        }
        if let helper = file.defaultHelper,
            let found = try await credentials(from: helper, host, "\(file.shownPath) credsStore")
        {
            return found
        }
        return try fromEntry()
    }

    private func credentials(
        from name: String, _ host: RegistryHost, _ setting: String
    ) async throws -> SourcedCredentials? {
        let helper = try CredentialHelper(name: name, environment: environment)
        let found = try await helper.get(AuthFile.serverName(of: host))
        guard found != .anonymous else { return nil }
        return SourcedCredentials(found, source: "\(helper.program) (\(setting))")
    }

    /// Where Podman, Buildah and Skopeo keep credentials. containers-auth.json(5).
    private static func podmanPaths(_ environment: [String: String]) -> [String] {
        func folder(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        if let path = folder("REGISTRY_AUTH_FILE") { return [path] }
        let runtime = folder("XDG_RUNTIME_DIR").map { "\($0)/containers/auth.json" }
        let settings =
            folder("XDG_CONFIG_HOME").map { "\($0)/containers/auth.json" }
            ?? folder("HOME").map { "\($0)/.config/containers/auth.json" }
        return [runtime, settings].compactMap { $0 }
    }
}

extension CredentialSources: CustomStringConvertible, CustomReflectable {
    /// Never the values: they and the environment hold secrets.
    public var description: String { "credential sources" }

    public var customMirror: Mirror { Mirror(self, children: []) }
}
