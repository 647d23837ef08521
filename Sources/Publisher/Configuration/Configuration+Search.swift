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
        var looked: [String] = []
        var folder = start
        while true {
            let prefix = folder.hasSuffix("/") ? folder : folder + "/"
            if FileManager.default.fileExists(atPath: prefix + fileName) {
                return .success(prefix + fileName)
            }
            looked.append(folder)
            let isRoot = FileManager.default.fileExists(atPath: prefix + ".git")
            guard !isRoot, folder != "/", folder.hasPrefix("/") else { break }
            let parent = Self.folder(of: folder)
            guard !parent.isEmpty else { break }
            folder = parent
        }
        return .failure(
            OCIError(
                .configuration, "there is no \(fileName) in \(looked.joined(separator: ", "))",
                advice: "write one, or name it with --config FILE or PUBLISHER_CONFIG"))
    }
}
