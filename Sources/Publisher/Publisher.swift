import ArgumentParser

/// The program: parses, runs one command, and turns its outcome into an exit code.
@main
struct Publisher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publisher",
        abstract: "Put container images in a registry, and prove that they arrived.",
        discussion: """
            Docker builds images; publisher does what comes after. Results go to standard output, \
            progress and messages to standard error.

            Sources: docker-daemon:NAME[:TAG], docker-archive:FILE[:REF], oci:DIR[:TAG], \
            oci-archive:FILE[:TAG], docker://HOST/REPOSITORY[:TAG][@DIGEST]. Without a prefix, a \
            path that exists is looked into, and anything else is an image of the Docker Engine. \
            Where a registry's image is asked for, anything else is HOST/REPOSITORY[:TAG][@DIGEST], or \
            a name of publisher.yaml: IMAGE[:TAG][@DIGEST], REGISTRY/REPOSITORY[:TAG][@DIGEST].

            What publisher.yaml says of a registry (insecure, ca-file, username-env and password-env) \
            holds in every verb. The file is that of --config, else of PUBLISHER_CONFIG, else \
            publisher.yaml in this folder or, within a git repository, one above it.

            Exit codes: 0 done, 10 refused by policy, 11 a check found a difference, 64 usage, 65 \
            bad data, 66 not found, 69 unreachable, 75 try again later, 76 protocol broken, 77 not \
            permitted, 78 bad configuration, 130 and 143 interrupted.
            """,
        version: "0.1.0",
        subcommands: [
            Push.self, Publish.self, Copy.self, Promote.self, Index.self, Verify.self, Pin.self,
            DigestCommand.self, Inspect.self, Tags.self, Delete.self, Login.self, Logout.self,
            Prune.self, Run.self, ConfigCommand.self, Doctor.self,
        ])

    static func main() async {
        do {
            let command = Parsed(command: try parseAsRoot())
            await Interruption.guarding { await Outcome.of { try await command.run() } }
        } catch {
            exit(withError: error)
        }
    }
}

/// A command that was parsed and is run once, on whatever thread; nothing else holds it.
private struct Parsed: @unchecked Sendable {
    let command: any ParsableCommand

    func run() async throws {
        var command = command
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
    }
}
