import ArgumentParser
import Console
import Glibc
import LocalRegistry
import OCIRegistry

/// The program: parses, runs one command, and turns its outcome into an exit code.
@main
struct LocalRegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local-registry",
        abstract: "A real OCI registry in one folder.",
        discussion: """
            Serves images to Docker, podman, skopeo and publisher, without a database, a daemon or \
            a network. What is pushed is on the disk before the answer goes out.

            Exit codes: 0 done, 11 a check found problems, 64 usage, 66 not found, 69 unreachable, \
            74 the disk failed, 78 bad configuration.
            """,
        version: "0.1.0",
        subcommands: [Serve.self, Collect.self, Check.self, User.self])

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as OCIError {
            fail(error.description, error.kind.exitStatus)
        } catch let error as StoreError {
            fail(error.description, EX_IOERR)
        } catch {
            exit(withError: error)
        }
    }

    private static func fail(_ message: String, _ status: Int32) -> Never {
        Terminal.writeError("local-registry: \(message)\n")
        Glibc.exit(status)
    }
}
