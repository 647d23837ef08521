import FoundationEssentials
import OCIRegistry

extension Configuration {
    /// The name that is looked for.
    static let fileName = "publisher.yaml"

    /// Reads the configuration that a command is to use: the file of `--config`, else that of
    /// `PUBLISHER_CONFIG`, else `publisher.yaml` in the current folder or, within a git repository,
    /// one above it.
    ///
    /// Throws ``OCIError``: configuration where there is none or it is wrong, not found where a named
    /// file is not there.
    static func load(
        path: String?, environment: [String: String],
        currentFolder: String = FileManager.default.currentDirectoryPath
    ) async throws(OCIError) -> Configuration {
        if let named = named(path, environment) { return try await read(named) }
        return try await read(search(from: currentFolder).get())
    }

    /// The same, but nil where none is named and none found.
    ///
    /// Throws ``OCIError`` as ``load(path:environment:currentFolder:)`` does otherwise.
    static func loadIfThere(
        path: String?, environment: [String: String],
        currentFolder: String = FileManager.default.currentDirectoryPath
    ) async throws(OCIError) -> Configuration? {
        if let named = named(path, environment) { return try await read(named) }
        guard case .success(let found) = search(from: currentFolder) else { return nil }
        return try await read(found)
    }

    private static func named(_ path: String?, _ environment: [String: String]) -> String? {
        path ?? environment["PUBLISHER_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func search(from start: String) -> Result<String, OCIError> {
        let folders = folders(from: start)
        for folder in folders where isThere(fileName, in: folder) {
            return .success(path(fileName, in: folder))
        }
        return .failure(
            OCIError(
                .configuration, "there is no \(fileName) in \(folders.joined(separator: ", "))",
                advice: "write one, or name it with --config FILE or PUBLISHER_CONFIG"))
    }

    /// A folder and those above it, as far as the one with `.git`. Where there is none the folder alone: what
    /// lies in `/tmp` or `/`, anybody may have put there.
    private static func folders(from start: String) -> [String] {
        var folders: [String] = []
        var folder = start
        while true {
            folders.append(folder)
            if isThere(".git", in: folder) { return folders }
            guard folder != "/", folder.hasPrefix("/") else { break }
            folder = Self.folder(of: folder)
            guard !folder.isEmpty else { break }
        }
        return [start]
    }

    private static func isThere(_ name: String, in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: path(name, in: folder))
    }

    private static func path(_ name: String, in folder: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}
