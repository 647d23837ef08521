import Foundation
import Glibc

/// A folder of its own under `TMPDIR` or `/tmp`, removed with everything in it.
public final class TemporaryFolder: Sendable {
    /// The absolute path.
    public let path: String

    /// Makes a folder whose name starts with the prefix.
    public init(prefix: String = "publisher-test") throws {
        let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/\(prefix).XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SupportError(call: "mkdtemp in \(parent)") }
        path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
        Leftovers.add(folder: path)
    }

    deinit { remove() }

    /// Removes the folder now.
    public func remove() {
        try? FileManager.default.removeItem(atPath: path)
        Leftovers.remove(folder: path)
    }

    /// The path of something in the folder.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, making the folders above it, and gives its path.
    @discardableResult
    public func write(_ name: String, _ content: [UInt8]) throws -> String {
        try writeFile(file(name), content)
        return file(name)
    }

    /// Writes a text file, making the folders above it, and gives its path.
    @discardableResult
    public func write(_ name: String, _ content: String) throws -> String {
        try write(name, Array(content.utf8))
    }

    /// Reads a file whole.
    public func read(_ name: String) throws -> [UInt8] { try readFile(file(name)) }

    /// A file's text.
    public func text(_ name: String) throws -> String {
        String(decoding: try read(name), as: UTF8.self)
    }
}

/// Writes a file, making the folders above it.
func writeFile(_ path: String, _ content: [UInt8]) throws {
    let url = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(content).write(to: url)
}

/// Reads a file whole.
func readFile(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}
