import FoundationEssentials
import OCIRegistry

/// Files that say what is needed: those which patterns of `retention: roots` fit, in a folder and below.
struct RootFiles: Sendable {
    /// Bytes above which a file is refused.
    private static let limit = 16 << 20
    /// Files above which a folder is refused.
    private static let fileLimit = 100_000

    /// The files, as paths from the folder.
    private(set) var paths: [String] = []
    private let folder: String

    /// Looks for the files.
    ///
    /// Throws ``OCIError`` (configuration) where a pattern fits no file, or a folder cannot be read: then
    /// nobody knows what is needed.
    ///
    /// - Parameter setting: the word under `retention: roots`.
    init(_ patterns: [String], of setting: String, folder: String) throws(OCIError) {
        self.folder = folder.isEmpty ? "." : folder
        guard !patterns.isEmpty else { return }
        let wanted = patterns.map(PathPattern.init)
        var hits = [Int](repeating: 0, count: wanted.count)
        for path in try Self.files(in: self.folder) {
            let fitting = wanted.indices.filter { wanted[$0].matches(path) }
            for index in fitting { hits[index] += 1 }
            if !fitting.isEmpty { paths.append(path) }
        }
        if let idle = hits.firstIndex(of: 0) {
            throw OCIError(
                .configuration,
                "no file fits \"\(patterns[idle])\" of retention: roots: \(setting)",
                subject: self.folder,
                advice: "run it where the files are, or correct the pattern: without them, nobody "
                    + "knows what is needed")
        }
    }

    /// The bytes of a file. Throws ``OCIError`` (configuration) where it cannot be read, or went meanwhile.
    func read(_ path: String) throws(OCIError) -> [UInt8] {
        let name = "\(folder)/\(path)"
        let what = "a file of retention: roots"
        guard let (bytes, _) = try LocalFile.read(name, limit: Self.limit, what: what) else {
            throw OCIError(
                .configuration, "the file went while it was to be read", subject: name,
                advice: "run it again when nothing else works in that folder")
        }
        return bytes
    }

    /// Every file below a folder, as a path from there. Links are not followed, and `.git` is left out.
    private static func files(in folder: String) throws(OCIError) -> [String] {
        var found: [String] = []
        var open = [""]
        while let next = open.popLast() {
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(next)")
            } catch {
                throw OCIError(
                    .configuration, "the folder cannot be read", subject: "\(folder)/\(next)",
                    advice: "let this user read it: what is in there may be needed")
            }
            for name in names.sorted() where name != ".git" && name != ".build" {
                let path = next.isEmpty ? name : "\(next)/\(name)"
                let attributes = try? FileManager.default.attributesOfItem(
                    atPath: "\(folder)/\(path)")
                switch attributes?[.type] as? FileAttributeType {
                case .typeDirectory?: open.append(path)
                case .typeRegular?: found.append(path)
                default: break
                }
            }
            guard found.count <= fileLimit else {
                throw OCIError(
                    .configuration, "there are more than \(fileLimit) files", subject: folder,
                    advice: "put publisher.yaml into the folder of the sources")
            }
        }
        return found
    }
}
