import FoundationEssentials
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small files that hold secrets: read whole and bounded, replaced in one step.
public enum LocalFile {
    /// Bytes that a credentials file may have.
    public static let limit = 4 << 20

    /// The content and whether others than the owner can read it; nil when there is no such file.
    ///
    /// Throws ``OCIError`` (configuration) when it cannot be read or is larger than ``limit``.
    public static func read(_ path: String) throws -> (bytes: [UInt8], isExposed: Bool)? {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .readOnly, options: [.closeOnExec])
            return try file.closeAfter {
                let mode = try file.stat().permissions
                var bytes: [UInt8] = []
                var buffer = [UInt8](repeating: 0, count: 64 << 10)
                while true {
                    let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                    guard count > 0 else { break }
                    bytes += buffer[..<count]
                    guard bytes.count <= limit else {
                        throw OCIError(
                            .configuration, "the file is larger than \(limit) bytes", subject: path,
                            advice: "check that this is the right file")
                    }
                }
                return (bytes, !mode.isDisjoint(with: [.groupRead, .otherRead]))
            }
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            return nil
        } catch let error as Errno {
            throw OCIError(
                .configuration, "the file cannot be read: \(error)", subject: path,
                advice: "let this user read it, or name another one in the environment")
        }
    }

    /// Replaces a file in one step: written beside it with mode 0600, flushed to the disk, renamed.
    /// A symbolic link stays and what it points to is replaced; a missing folder is made (0700).
    ///
    /// Throws ``OCIError`` (configuration) naming the file.
    public static func replace(
        _ path: String, with bytes: [UInt8],
        advice: String = "let this user write it, or point DOCKER_CONFIG to another folder"
    ) throws {
        let target = resolved(path)
        var temporary: FilePath?
        do {
            try FileManager.default.createDirectory(
                atPath: target.removingLastComponent().string, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let name = ".\(target.lastComponent?.string ?? "").\(UInt64.random(in: 0 ... .max))"
            let draft = target.removingLastComponent().appending(name)
            let file = try FileDescriptor.open(
                draft, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite])
            temporary = draft
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fsync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            }
            guard rename(draft.string, target.string) == 0 else { throw Errno(rawValue: errno) }
            temporary = nil
            try flush(folder: target.removingLastComponent())
        } catch {
            if let temporary { unlink(temporary.string) }
            throw OCIError(
                .configuration, "the file cannot be written: \(reason(error))", subject: path,
                advice: advice)
        }
    }

    /// Makes a rename outlast a power failure.
    private static func flush(folder: FilePath) throws {
        let folder = try FileDescriptor.open(
            folder, .readOnly, options: [.closeOnExec, .directory])
        // Some file systems cannot flush a folder; the file itself is safe by then.
        try folder.closeAfter { _ = fsync(folder.rawValue) }
    }

    private static func resolved(_ path: String) -> FilePath {
        guard let real = realpath(path, nil) else {
            return FilePath(path.contains("/") ? path : "./\(path)")
        }
        defer { free(real) }
        return FilePath(String(cString: real))
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? Errno { return error.description }
        if let error = error as? CocoaError { return "error \(error.code.rawValue)" }
        return "unknown error"
    }
}
