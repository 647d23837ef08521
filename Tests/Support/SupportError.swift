import Glibc

/// What went wrong in a test peer itself, as opposed to in the code under test.
public struct SupportError: Error, CustomStringConvertible {
    /// What failed, and why.
    public let description: String

    /// An error with its whole text.
    public init(_ description: String) { self.description = description }

    /// A system call that failed, with the reason that `errno` gives.
    init(call: String, code: Int32 = errno) {
        description = "\(call): \(String(cString: strerror(code)))"
    }
}
