import ArgumentParser
import Console
import LocalRegistry
import SystemPackage

/// `local-registry check`.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read everything in a stopped registry's folder and compare it with its digests.")

    @OptionGroup var folder: RootOption

    func run() async throws {
        let store = try Store(root: FilePath(folder.root), dialect: nil)
        var problems = 0
        try store.check { problem in
            problems += 1
            Terminal.write("\(problem)\n")
        }
        guard problems == 0 else {
            Terminal.writeError(
                "local-registry: \(problems) problems; delete what is damaged from its repositories, "
                    + "run gc, and push it again\n")
            throw ExitCode(11)
        }
        Terminal.write("everything is as its digest says\n")
    }
}
