import FoundationEssentials
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Small files: read whole and bounded, written in one step.
public enum LocalFile {
    /// Bytes that a file may have where no other limit is named.
    public static let limit = 4 << 20

    /// The content and whether others than the owner can read it; nil when there is no such file.
    ///
    /// - Parameter limit: bytes that it may have.
    /// - Parameter what: what it is called where it cannot be read.
    ///
    /// Throws ``OCIError`` (configuration) when it cannot be read or is larger than the limit.
    public static func read(
        _ path: String, limit: Int = limit, what: String = "the file"
    ) throws(OCIError) -> (bytes: [UInt8], isExposed: Bool)? {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
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
                            .configuration, "\(what) is larger than \(limit) bytes", subject: path,
                            advice: "check that this is the right file")
                    }
                }
                return (bytes, !mode.isDisjoint(with: [.groupRead, .otherRead]))
            }
        } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
            return nil
        } catch let error as OCIError {
            throw error
        } catch {
            throw OCIError(
                .configuration, "\(what) cannot be read: \(reason(error))", subject: path,
                advice: "let this user read it, or name another one")
        }
    }

    /// Replaces a file in one step: a reader finds the former one or the whole new one, whatever happens.
    /// A symbolic link stays and what it points to is replaced; a missing folder is made, for those who may read the file.
    ///
    /// - Parameter mode: its permissions, whatever the umask says; without, nobody else can read it.
    /// - Parameter isSynced: whether it has to be on the disk when this returns.
    /// - Parameter what: what it is called where it cannot be written.
    ///
    /// Throws ``OCIError`` (configuration) naming the file; the former one is there then.
    public static func replace(
        _ path: String, with bytes: [UInt8], mode: FilePermissions = [.ownerReadWrite],
        isSynced: Bool = true, what: String = "the file", advice: String = usualAdvice
    ) throws(OCIError) {
        let target = resolved(path)
        do {
            try write(bytes, mode, isSynced, besides: target) { draft in
                guard rename(draft.string, target.string) == 0 else { throw Errno(rawValue: errno) }
            }
        } catch {
            throw refusal(error, path, what, advice)
        }
    }

    /// Makes a file that is not there yet, whole from its first moment; false when there is one, which is
    /// left as it is. The rest is as in ``replace(_:with:mode:isSynced:what:advice:)``.
    public static func create(
        _ path: String, with bytes: [UInt8], mode: FilePermissions = [.ownerReadWrite],
        what: String = "the file", advice: String = usualAdvice
    ) throws(OCIError) -> Bool {
        do {
            return try write(bytes, mode, true, besides: FilePath(path)) { draft in
                if link(draft.string, path) == 0 {
                    unlink(draft.string)
                    return true
                }
                guard errno == EEXIST else { throw Errno(rawValue: errno) }
                unlink(draft.string)
                return false
            }
        } catch {
            throw refusal(error, path, what, advice)
        }
    }

    /// What to do about a file that cannot be written.
    public static let usualAdvice = "let this user write it, or name another one"

    /// Writes a draft beside a file, under a name that nobody else has, and lets it be put in its place.
    private static func write<Answer>(
        _ bytes: [UInt8], _ mode: FilePermissions, _ isSynced: Bool, besides target: FilePath,
        then place: (FilePath) throws -> Answer
    ) throws -> Answer {
        let folder = target.removingLastComponent()
        let name = ".\(target.lastComponent?.string ?? "").\(UInt64.random(in: 0 ... .max))"
        let draft = folder.appending(name)
        let file = try open(draft, for: mode)
        do {
            try file.closeAfter {
                try file.writeAll(bytes)
                guard fchmod(file.rawValue, mode.rawValue) == 0,
                    !isSynced || fsync(file.rawValue) == 0
                else { throw Errno(rawValue: errno) }
            }
            let answer = try place(draft)
            if isSynced { try flush(folder: folder) }
            return answer
        } catch {
            unlink(draft.string)
            throw error
        }
    }

    /// A new file that nobody else can read yet, in a folder that is made where there is none.
    private static func open(
        _ draft: FilePath, for mode: FilePermissions
    ) throws -> FileDescriptor {
        func opened() throws -> FileDescriptor {
            try FileDescriptor.open(
                draft, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite])
        }
        do {
            return try opened()
        } catch Errno.noSuchFileOrDirectory {
            let isSecret = mode.isDisjoint(with: [.groupRead, .otherRead])
            try FileManager.default.createDirectory(
                atPath: draft.removingLastComponent().string, withIntermediateDirectories: true,
                attributes: [.posixPermissions: isSecret ? 0o700 : 0o755])
            return try opened()
        }
    }

    /// Makes a rename outlast a power failure.
    private static func flush(folder: FilePath) throws {
        let folder = try FileDescriptor.open(
            folder.isEmpty ? "." : folder, .readOnly, options: [.closeOnExec, .directory])
        // Some file systems cannot flush a folder; the file itself is safe by then.
        try folder.closeAfter { _ = fsync(folder.rawValue) }
    }

    private static func resolved(_ path: String) -> FilePath {
        guard let real = realpath(path, nil) else { return FilePath(path) }
        defer { free(real) }
        return FilePath(String(cString: real))
    }

    private static func refusal(
        _ error: any Error, _ path: String, _ what: String, _ advice: String
    ) -> OCIError {
        OCIError(
            .configuration, "\(what) cannot be written: \(reason(error))", subject: path,
            advice: advice)
    }

    private static func reason(_ error: any Error) -> String {
        if let error = error as? Errno { return error.description }
        if let error = error as? CocoaError { return "error \(error.code.rawValue)" }
        return "unknown error"
    }
}

extension FilePermissions {
    /// What a file has that is no secret: 0644.
    public static var readableByAll: FilePermissions {
        [.ownerReadWrite, .groupRead, .otherRead]
    }
}
