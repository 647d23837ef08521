import ArgumentParser
import Console
import OCIRegistry

/// How a command reaches registries, and as whom.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.long, .customShort("u")], help: "The account's name; goes with --password-stdin.")
    var username: String?

    @Flag(help: "Read the password or token from standard input.")
    var passwordStdin = false

    @Option(help: ArgumentHelp("Trust the certificates in this PEM file too.", valueName: "file"))
    var caFile: String?

    @Option(help: ArgumentHelp("Show this client certificate (PEM).", valueName: "file"))
    var clientCert: String?

    @Option(help: ArgumentHelp("The client certificate's key (PEM).", valueName: "file"))
    var clientKey: String?

    @Option(
        help: ArgumentHelp(
            "Send credentials to this token server although it is not on the registry's host.",
            valueName: "host"))
    var trustRealm: [String] = []

    @Option(
        help: ArgumentHelp(
            "Retry passing faults until nothing has gone through for so long.",
            valueName: "seconds"))
    var retryFor = 120

    @Option(
        help: ArgumentHelp(
            "Give a transfer up after so many seconds without a byte.", valueName: "seconds"))
    var stallTimeout = 180

    func validate() throws {
        if username != nil && !passwordStdin {
            throw ValidationError(
                "--username goes with --password-stdin; a password is never an argument")
        }
        if passwordStdin && username == nil {
            throw ValidationError("--password-stdin goes with --username")
        }
        if (clientCert == nil) != (clientKey == nil) {
            throw ValidationError("--client-cert and --client-key go together")
        }
        if retryFor < 0 || stallTimeout < 1 {
            throw ValidationError("--retry-for and --stall-timeout take positive numbers")
        }
    }
}

/// What a command shows.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(name: [.long, .customShort("q")], help: "Show no progress.")
    var quiet = false

    @Flag(name: [.long, .customShort("v")], help: "Show every request.")
    var verbose = false
}

extension ConnectionOptions {
    /// The options that outlive the parsing.
    struct Values: Sendable {
        var trustedRealms: Set<String>
        var retry: RetryPolicy
    }

    var values: Values {
        var retry = RetryPolicy()
        retry.deadline = .seconds(retryFor)
        return Values(trustedRealms: Set(trustRealm), retry: retry)
    }

    func transport(_ environment: [String: String]) -> CurlTransport.Configuration {
        var configuration = CurlTransport.Configuration()
        configuration.caFile =
            caFile ?? environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 }
        configuration.clientCertificate = clientCert
        configuration.clientKey = clientKey
        configuration.stallTimeout = stallTimeout
        configuration.userAgent = "publisher/\(Publisher.configuration.version)"
        return configuration
    }

    /// The account that `--username` and standard input give.
    ///
    /// Throws ``OCIError`` (usage) when standard input holds no password.
    func explicitCredentials() throws -> Credentials? {
        guard let username else { return nil }
        return Credentials(username: username, password: try Password.fromStandardInput())
    }
}
