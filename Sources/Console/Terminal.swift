import Glibc

/// Standard output and standard error.
public enum Terminal {
    /// Whether standard error is a terminal that draws.
    public static let isInteractive =
        isatty(STDERR_FILENO) == 1 && getenv("TERM").map { strcmp($0, "dumb") != 0 } == true

    /// Columns of the terminal, 80 where it does not say.
    public static var width: Int {
        var size = winsize()
        let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return known ? Int(size.ws_col) : 80
    }

    /// Writes a result.
    public static func write(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }
    /// Writes a result's exact bytes.
    public static func write(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }
    /// Writes progress or a message.
    public static func writeError(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

    private static func write(_ bytes: [UInt8], to file: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                return
            }
            rest = rest.dropFirst(count)
        }
    }
}
