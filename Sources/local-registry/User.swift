import ArgumentParser
import Console
import LocalRegistry
import OCIRegistry

/// `local-registry user`.
struct User: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say who may log in.",
        subcommands: [Add.self])

    /// `local-registry user add`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user, or give one another password.",
            discussion: """
                The password is asked for at the terminal, or read from standard input. A server \
                that runs takes the change within a second.
                """)

        @Argument(help: "The user's name.")
        var name: String

        @OptionGroup var folder: RootOption
        @OptionGroup var users: UsersOption

        @Flag(help: "Read the password from standard input.")
        var passwordStdin = false

        func run() throws {
            let password =
                try passwordStdin
                ? Password.fromStandardInput() : Password.ask("Password of \(name): ")
            let path = users.path(root: folder.root)
            if users.users == nil { try folder.make() }
            try UserFile.add(user: name, password: password, to: path)
            Terminal.writeError("\(name) may log in: \(path)\n")
        }
    }
}
