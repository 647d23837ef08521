import ArgumentParser
import Console
import LocalRegistry
import SystemPackage

/// `local-registry gc`.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Take away blobs that no manifest names.",
        discussion: """
            Works while a server runs on the folder, and while images are pushed to it: what was \
            pushed, mounted or asked for within the grace is kept. Manifests without a tag stay; \
            somebody may have pinned their digests.
            """)

    @OptionGroup var folder: RootOption

    @Option(help: ArgumentHelp("Keep what is younger, in seconds.", valueName: "seconds"))
    var grace: Int64 = 3600

    func validate() throws {
        if grace < 0 { throw ValidationError("the grace is a number of seconds, 0 or more") }
    }

    func run() async throws {
        let root = FilePath(folder.root)
        let report: CollectionReport
        if let running = await ControlClient(root: root) {
            report = try await running.collect(grace: grace)
        } else {
            report = try Store(root: root, dialect: nil).collect(grace: grace)
        }
        Terminal.write(
            "\(report.blobs) blobs removed, \(Sizes.text(report.bytes)); "
                + "\(report.unreferenced) were named by no manifest; "
                + "\(report.uploads) uploads given up\n")
    }
}
