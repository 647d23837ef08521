import FoundationEssentials
import Subprocess
import SystemPackage

/// A program that keeps credentials: `docker-credential-NAME`, told a verb as its argument and
/// the rest on its standard input.
///
/// docker/docker-credential-helpers, README, "Development".
struct CredentialHelper: Sendable {
    /// Bytes that a helper may answer.
    static let outputLimit = 64 << 10

    /// The program's name.
    let program: String
    private let environment: [String: String]
    private let timeLimit: Duration

    /// Takes the NAME of `docker-credential-NAME`. Throws ``OCIError`` (configuration) when it
    /// could lead to a program elsewhere than in `PATH`.
    init(
        name: String, environment: [String: String], timeLimit: Duration = .seconds(30)
    ) throws(OCIError) {
        let isName = name.utf8.allSatisfy { byte in
            ASCII.isAlphanumeric(byte) || Array("-._".utf8).contains(byte)
        }
        guard isName, !name.isEmpty else {
            throw OCIError(
                .configuration,
                "'\(PlainText.line(name, limit: 80))' is not the name of a credential helper",
                advice: "credsStore and credHelpers take NAME of a program docker-credential-NAME")
        }
        program = "docker-credential-\(name)"
        self.environment = environment
        self.timeLimit = timeLimit
    }

    /// The credentials for a server; anonymous when the helper has none.
    ///
    /// Throws ``OCIError`` (configuration) with what the helper said.
    func get(_ server: String) async throws -> Credentials {
        let answer = try await run("get", input: server, secrets: [])
        guard answer.succeeded else {
            if answer.text.contains("credentials not found in native keychain") {
                return .anonymous
            }
            throw failure("get", server, said: answer.text, secrets: [])
        }
        guard
            let reply = try? JSON.decode(Reply.self, from: answer.text.utf8, what: program),
            let username = reply.username, let secret = reply.secret
        else {
            throw failure(
                "get", server, said: "(no JSON with a user name and a secret)", secrets: [])
        }
        return secret.isEmpty ? .anonymous : Credentials(username: username, password: secret)
    }

    /// Keeps credentials. Throws ``OCIError`` (configuration) with what the helper said.
    func store(_ credentials: Credentials, for server: String) async throws {
        let (username, secret): (String, String)
        switch credentials {
        case .basic(let name, let password): (username, secret) = (name, password)
        case .identityToken(let token):
            (username, secret) = (Credentials.identityTokenUsername, token)
        case .anonymous, .bearer:
            throw OCIError(.configuration, "\(program) cannot keep \(credentials) credentials")
        }
        let request = Reply(server: server, username: username, secret: secret)
        let input = String(decoding: JSON.encode(request), as: UTF8.self)
        let secrets = credentials.secrets
        let answer = try await run("store", input: input, secrets: secrets)
        guard answer.succeeded else {
            throw failure("store", server, said: answer.text, secrets: secrets)
        }
    }

    /// Forgets the credentials for a server; false when there were none.
    ///
    /// Throws ``OCIError`` (configuration) with what the helper said.
    func erase(_ server: String) async throws -> Bool {
        let answer = try await run("erase", input: server, secrets: [])
        if !answer.succeeded, answer.text.contains("not found") { return false }
        guard answer.succeeded else {
            throw failure("erase", server, said: answer.text, secrets: [])
        }
        return true
    }

    private struct Reply: Codable {
        var server: String?
        var username: String?
        var secret: String?

        enum CodingKeys: String, CodingKey {
            case server = "ServerURL"
            case username = "Username"
            case secret = "Secret"
        }
    }

    private struct Answer {
        var succeeded: Bool
        var text: String
    }

    private func run(_ verb: String, input: String, secrets: [String]) async throws -> Answer {
        do {
            return try await withTimeLimit { try await self.launch(verb, input: input) }
        } catch let error as SubprocessError {
            throw failure(verb, nil, said: Self.explain(error), secrets: secrets)
        } catch is Overtime {
            throw failure(verb, nil, said: "(no answer within \(timeLimit))", secrets: secrets)
        }
    }

    private func launch(_ verb: String, input: String) async throws -> Answer {
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(1))]
        let result = try await Subprocess.run(
            .name(program), arguments: [verb], environment: .custom(variables),
            platformOptions: options,
            input: .fileDescriptor(try Self.filledPipe(input), closeAfterSpawningProcess: true),
            output: .bytes(limit: Self.outputLimit), error: .bytes(limit: Self.outputLimit))
        // Helpers report errors on standard output; some of them, and the shell, on the other.
        let output = String(decoding: result.standardOutput, as: UTF8.self)
        let isSilent = output.utf8.allSatisfy { $0 <= 0x20 }
        let other = String(decoding: result.standardError, as: UTF8.self)
        let succeeded = result.terminationStatus.isSuccess
        return Answer(succeeded: succeeded, text: isSilent && !succeeded ? other : output)
    }

    /// The reading end of a pipe that holds the whole input already. A helper that ends without
    /// reading it can then not kill this program with SIGPIPE.
    private static func filledPipe(_ text: String) throws -> FileDescriptor {
        let pipe = try FileDescriptor.pipe(options: [.closeOnExec, .nonBlocking])
        do {
            try pipe.writeEnd.closeAfter { _ = try pipe.writeEnd.writeAll(text.utf8) }
        } catch {
            try? pipe.readEnd.close()
            throw OCIError(.configuration, "the credentials are too long for a credential helper")
        }
        return pipe.readEnd
    }

    private struct Overtime: Error {}

    private func withTimeLimit(
        _ body: @escaping @Sendable () async throws -> Answer
    ) async throws -> Answer {
        let timeLimit = timeLimit
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await Task.sleep(for: timeLimit)
                throw Overtime()
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw Overtime() }
            return answer
        }
    }

    private static func explain(_ error: SubprocessError) -> String {
        switch error.code {
        case .executableNotFound: return "(there is no such program in PATH)"
        case .outputLimitExceeded: return "(an answer of more than \(outputLimit) bytes)"
        default: return "(it could not be run)"
        }
    }

    /// What a helper says is shown unless it looks like its JSON, which would hold the secret.
    private func failure(
        _ verb: String, _ server: String?, said: String, secrets: [String]
    ) -> OCIError {
        let said =
            said.contains("\"Secret\"")
            ? "" : PlainText.line(said, limit: 300, redacting: secrets)
        return OCIError(
            .configuration, "the credential helper '\(program) \(verb)' failed: \(said)",
            subject: server,
            advice: "run it by hand, or take it out of credsStore and credHelpers in the "
                + "credentials file")
    }
}
