import Foundation
import TestSupport

/// `actions/upload-artifact` and `actions/download-artifact`, version 3, by copying files.
struct ArtifactAction {
    private let isUpload: Bool
    private let name: String
    private let path: String
    private let mustExist: Bool
    private let artifacts: TemporaryFolder

    /// Throws for any other action, for one that is not named by a whole commit, and for what it is not
    /// emulated here.
    init(_ action: String, _ with: [String: String], _ artifacts: TemporaryFolder) throws {
        self.artifacts = artifacts
        let parts = action.split(separator: "@").map(String.init)
        guard parts.count == 2, parts[1].count == 40, parts[1].allSatisfy(\.isHexDigit) else {
            throw SupportError("\(action) is not named by its commit")
        }
        switch parts[0] {
        case "actions/upload-artifact": isUpload = true
        case "actions/download-artifact": isUpload = false
        default: throw SupportError("\(action) is not known here")
        }
        let known =
            isUpload ? ["name", "path", "if-no-files-found", "retention-days"] : ["name", "path"]
        guard Set(with.keys).isSubset(of: known), let name = with["name"], let path = with["path"],
            !path.contains("*"), !path.contains("\n"), !name.isEmpty
        else { throw SupportError("\(action) with \(with) is not known here") }
        self.name = name
        self.path = path
        mustExist = with["if-no-files-found"] == "error"
    }

    /// Copies. Throws ``SupportError`` where there is nothing to copy.
    func run(in container: StepContainer) async throws {
        if isUpload {
            let folder = artifacts.file(name)
            // A name that is there already is replaced, as by a run's next attempt.
            try? FileManager.default.removeItem(atPath: folder)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let found = try await container.copy(path, to: folder)
            if !found, mustExist { throw SupportError("no files were found with the path \(path)") }
        } else {
            let folder = artifacts.file(name)
            guard FileManager.default.fileExists(atPath: folder) else {
                throw SupportError("there is no artifact \(name)")
            }
            try await container.copy(from: folder, to: path)
        }
    }
}
