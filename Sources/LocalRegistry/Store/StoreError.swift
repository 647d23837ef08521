public import SystemPackage

/// What the disk refused, and for which of the store's files.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried: `write`, `rename` and the like.
    public var operation: String
    /// The file, as the store names it.
    public var path: String
    /// The operating system's reason.
    public var errno: Errno

    init(_ operation: String, _ path: String, _ errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Whether there is no room left: RFC 4918, section 11.5, "507 Insufficient Storage".
    public var isFull: Bool { errno == .noSpace || errno == .diskQuotaExceeded }

    /// Whether there is simply nothing of that name.
    var isAbsence: Bool { errno == .noSuchFileOrDirectory || errno == .notDirectory }

    /// A file of the store that does not say what it must.
    static func damaged(_ path: String) -> StoreError {
        StoreError(understanding, path, .ioError)
    }

    /// Whether a file is damaged: what it says is lost, and everything else is not.
    var isDamage: Bool { operation == Self.understanding }

    private static let understanding = "understand"

    public var description: String { "cannot \(operation) \(path): \(errno)" }
}
