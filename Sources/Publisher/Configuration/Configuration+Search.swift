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
        if let named = named(path, environment) { return try await read(named) }
        var looked: [String] = []
        if let found = search(from: currentFolder, &looked) { return try await read(found) }
        throw OCIError(
            .configuration, "there is no \(fileName) in \(looked.joined(separator: ", "))",
            advice: "write one, or name it with --config FILE or PUBLISHER_CONFIG")
    }

    /// The same for a command that can do without: nil where no file is named and there is none.
    ///
    /// Throws ``OCIError`` like the other for a file that is there and wrong.
    static func loadIfPresent(
        path: String?, environment: [String: String],
        currentFolder: String = FileManager.default.currentDirectoryPath
    ) async throws(OCIError) -> Configuration? {
        if let named = named(path, environment) { return try await read(named) }
        var looked: [String] = []
        guard let found = search(from: currentFolder, &looked) else { return nil }
        return try await read(found)
    }

    private static func named(_ path: String?, _ environment: [String: String]) -> String? {
        path ?? environment["PUBLISHER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func search(from start: String, _ looked: inout [String]) -> String? {
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
        return nil
    }
}
