import ArgumentParser
import Glibc
import OCIRegistry

/// The folder that a registry is served from.
struct RootOption: ParsableArguments {
    @Option(help: ArgumentHelp("The registry's folder.", valueName: "dir"))
    var root: String

    func validate() throws {
        if root.isEmpty { throw ValidationError("--root is empty; name a folder") }
    }

    /// Makes the folder where it is not there.
    func make() throws(OCIError) {
        if mkdir(root, 0o755) != 0, errno != EEXIST {
            throw OCIError(
                .configuration, "the folder cannot be made: \(String(cString: strerror(errno)))",
                subject: root, advice: "make the folders above it, or choose another with --root")
        }
        var status = stat()
        guard stat(root, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw OCIError(
                .configuration, "it is not a folder", subject: root,
                advice: "choose another with --root")
        }
    }
}

/// The file of a registry's users.
struct UsersOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The users, in a file that `htpasswd -B` can write too (default: users in the root).",
            valueName: "file"))
    var users: String?

    /// Where it is.
    func path(root: String) -> String { users ?? "\(root)/users" }
}
