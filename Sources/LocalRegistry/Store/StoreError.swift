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

    public var description: String { "cannot \(operation) \(path): \(errno)" }
}
