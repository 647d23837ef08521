import FoundationEssentials
import Glibc
import ImageTags
import OCIRegistry

/// The folder whose files are pinned, and what of it is looked at.
struct SourceTree: Sendable {
    /// A file that may say which images are used.
    struct Candidate: Sendable, Hashable {
        /// From the top.
        var path: String
        /// What kind of file its name tells.
        var kind: PinnableFile
    }

    /// What was not looked into.
    struct PassedOver: Sendable, Encodable, Equatable {
        /// Symbolic links, which are never followed.
        var links = 0
        /// Folders of caches, packages and version control.
        var folders = 0
        /// Files that are no text.
        var binary = 0
        /// Files larger than ``PinnableFile/sizeLimit``.
        var large = 0
    }

    /// Folders with other people's files, or none that anybody wrote.
    private static let others: Set<String> = [".git", ".build", ".venv", "node_modules"]
    /// What marks a folder as a cache, as Cargo's `target`. Cache Directory Tagging Specification.
    private static let cacheTag = "CACHEDIR.TAG"
    /// How deep folders may stand in each other.
    private static let depthLimit = 100

    /// The top: the folder with `.git` at or above the current one, else the current one. With a slash at the
    /// end.
    let top: String
    /// What was asked for, from the top; empty for all of it.
    let scopes: [String]

    /// A tree of which only some paths are looked at. Throws ``OCIError`` (usage) for one outside.
    init(_ paths: [String], currentFolder: String) throws(OCIError) {
        let top = Self.top(of: currentFolder)
        self.top = top
        var scopes: [String] = []
        for path in paths.isEmpty ? ["."] : paths {
            let whole = Self.plain(path.hasPrefix("/") ? path : "\(currentFolder)/\(path)")
            guard "\(whole)/".hasPrefix(top) else {
                throw OCIError(
                    .usage, "it is outside of \(top)", subject: path,
                    advice: "run it in that folder: paths and images.lock are of one tree")
            }
            scopes.append(String("\(whole)/".dropFirst(top.count).dropLast()))
        }
        self.scopes = scopes.contains("") ? [] : scopes
    }

    /// Whether a path is among what was asked for.
    func includes(_ path: String) -> Bool {
        scopes.isEmpty || scopes.contains { path == $0 || path.hasPrefix("\($0)/") }
    }

    /// The files, in the order of their paths. Throws ``OCIError`` for a path that is not there or cannot be
    /// read.
    func candidates() throws(OCIError) -> (files: [Candidate], passedOver: PassedOver) {
        var files: Set<Candidate> = []
        var passedOver = PassedOver()
        for scope in scopes.isEmpty ? [""] : scopes {
            var state = stat()
            guard lstat(top + scope, &state) == 0 else { throw Self.failure(scope, errno) }
            switch state.st_mode & S_IFMT {
            case S_IFDIR: try collect(scope, 0, &files, &passedOver)
            case S_IFREG:
                guard let kind = PinnableFile(path: scope) else {
                    throw OCIError(
                        .usage, "no file of that name says which images are used", subject: scope,
                        advice: "Dockerfiles, compose files, workflows and YAML are looked at")
                }
                files.insert(Candidate(path: scope, kind: kind))
            case S_IFLNK:
                throw OCIError(
                    .usage, "it is a symbolic link, which is never followed", subject: scope,
                    advice: "name the file that it leads to")
            default:
                throw OCIError(.usage, "it is neither a file nor a folder", subject: scope)
            }
        }
        return (files.sorted { $0.path < $1.path }, passedOver)
    }

    private func collect(
        _ folder: String, _ depth: Int, _ files: inout Set<Candidate>,
        _ passedOver: inout PassedOver
    ) throws(OCIError) {
        guard depth < Self.depthLimit else {
            throw OCIError(.badData, "folders stand too deep in each other", subject: folder)
        }
        guard let opened = opendir(top + folder) else { throw Self.failure(folder, errno) }
        defer { closedir(opened) }
        var folders: [String] = []
        var found: [Candidate] = []
        while let entry = readdir(opened) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            // What is passed over with everything in it.
            if depth > 0, name == Self.cacheTag {
                passedOver.folders += 1
                return
            }
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            switch Self.kind(Int32(entry.pointee.d_type), top + path) {
            case S_IFDIR: folders.append(path)
            case S_IFREG: PinnableFile(path: path).map { found.append(.init(path: path, kind: $0)) }
            case S_IFLNK: passedOver.links += 1
            default: break
            }
        }
        files.formUnion(found)
        for path in folders {
            if Self.others.contains(path.split(separator: "/").last.map(String.init) ?? "") {
                passedOver.folders += 1
            } else {
                try collect(path, depth + 1, &files, &passedOver)
            }
        }
    }

    /// The kind of an entry as `st_mode` has it; some file systems do not tell it with the name.
    private static func kind(_ type: Int32, _ path: String) -> mode_t {
        guard type == DT_UNKNOWN else { return mode_t(type) << 12 }
        var state = stat()
        return lstat(path, &state) == 0 ? state.st_mode & S_IFMT : 0
    }

    private static func top(of folder: String) -> String {
        var parts = folder.split(separator: "/")
        while !parts.isEmpty {
            let path = "/" + parts.joined(separator: "/")
            if FileManager.default.fileExists(atPath: path + "/.git") { return path + "/" }
            parts.removeLast()
        }
        return plain(folder) + "/"
    }

    /// A path without `.`, `..` and needless slashes.
    static func plain(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    private static func failure(_ path: String, _ number: Int32) -> OCIError {
        OCIError(
            number == ENOENT ? .notFound : .configuration,
            "it cannot be read: \(String(cString: strerror(number)))",
            subject: path.isEmpty ? "." : path)
    }
}
