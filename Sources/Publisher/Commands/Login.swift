import ArgumentParser
import Console
import Glibc
import OCIRegistry

/// `publisher login`.
struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep credentials for a registry, where Docker keeps them.",
        discussion: """
            The registry is asked whether it takes them before they are kept: with the credential \
            helper that Docker's config.json names, else in that file, readable by you alone. \
            A registry of publisher.yaml may be named as it is there.

            Examples:
              publisher login git.example.org --username ci --password-stdin < token.txt
              publisher login gitea --username ci --password-stdin < token.txt
            """)

    @Argument(help: "The registry's host, or its name in publisher.yaml.")
    var host: String

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Connection options") var connection: ConnectionOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let names = try await file.names()
        let host = try names.host(host)
        let credentials = try askWhereNeeded()
        let session = try Session(
            connection, output, credentialsFor: host, explicit: credentials,
            registries: names.registries)
        try await session.client(host).checkLogin()
        let file = try DockerConfigFile(environment: session.environment, logger: session.logger)
        let place = try await file.store(credentials, for: host)
        if !output.quiet { Terminal.writeError("logged in to \(host); kept in \(place)\n") }
    }

    private func askWhereNeeded() throws -> Credentials {
        if let given = try connection.explicitCredentials() { return given }
        guard isatty(STDIN_FILENO) == 1 else {
            throw OCIError(
                .usage, "no account is given",
                advice: "pass --username NAME --password-stdin < file")
        }
        Terminal.writeError("Username: ")
        let username = readLine() ?? ""
        guard !username.isEmpty else { throw OCIError(.usage, "no user name was given") }
        return Credentials(username: username, password: try Password.ask("Password: "))
    }
}

/// `publisher logout`.
struct Logout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forget the credentials for a registry.",
        discussion: """
            A registry of publisher.yaml may be named as it is there.

            Example:
              publisher logout git.example.org
            """)

    @Argument(help: "The registry's host, or its name in publisher.yaml.")
    var host: String

    @OptionGroup var file: ConfigurationOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    func run() async throws {
        let host = try await file.names().host(host)
        let environment = ProcessEnvironment.current
        let logger = Logging.logger(verbose: output.verbose, quiet: output.quiet)
        let file = try DockerConfigFile(environment: environment, logger: logger)
        let had = try await file.erase(host)
        if !output.quiet {
            Terminal.writeError(had ? "logged out of \(host)\n" : "was not logged in to \(host)\n")
        }
    }
}
