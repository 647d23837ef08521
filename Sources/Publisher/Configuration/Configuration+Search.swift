import FoundationEssentials
import OCIRegistry

extension Configuration {
    /// The name that is looked for.
    static let fileName = "publisher.yaml"

    /// Reads the configuration that a command is to use: the file of `--config`, else that of
    /// `PUBLISHER_CONFIG`, else `publisher.yaml` in the current folder or one above it, as far as the
    /// one that has `.git`.
    ///
    /// Throws ``OCIError``: configuration where there is none or it is wrong, not found where a named
    /// file is not there.
    static func load(
        path: String?, environment: [String: String],
        currentFolder: String = FileManager.default.currentDirectoryPath
    ) async throws(OCIError) -> Configuration {
        let named = path ?? environment["PUBLISHER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
        if let named { return try await read(named) }
        return try await read(search(from: currentFolder))
    }

    private static func search(from start: String) throws(OCIError) -> String {
        var looked: [String] = []
        var folder = start
        while true {
            let prefix = folder.hasSuffix("/") ? folder : folder + "/"
            if FileManager.default.fileExists(atPath: prefix + fileName) {
                return prefix + fileName
            }
            looked.append(folder)
            let isRoot = FileManager.default.fileExists(atPath: prefix + ".git")
            guard !isRoot, folder != "/", folder.hasPrefix("/") else { break }
            let parent = Self.folder(of: folder)
            guard !parent.isEmpty else { break }
            folder = parent
        }
        throw OCIError(
            .configuration, "there is no \(fileName) in \(looked.joined(separator: ", "))",
            advice: "write one, or name it with --config FILE or PUBLISHER_CONFIG")
    }
}
