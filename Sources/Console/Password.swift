import Glibc
public import OCIRegistry

/// Passwords from where no one else sees them.
public enum Password {
    /// All of standard input, without the line end, at most 64 KiB.
    ///
    /// Throws ``OCIError`` (usage) when there is nothing.
    public static func fromStandardInput() throws(OCIError) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= 64 << 10 {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        while let last = bytes.last, last == 0x0a || last == 0x0d { bytes.removeLast() }
        return try check(bytes)
    }

    /// One line from the terminal, not echoed.
    ///
    /// Throws ``OCIError`` (usage) when standard input is no terminal.
    public static func ask(_ prompt: String) throws(OCIError) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            throw OCIError(
                .usage, "there is no terminal to ask for a password",
                advice: "pipe it in: --password-stdin < file")
        }
        var old = termios()
        tcgetattr(STDIN_FILENO, &old)
        var silent = old
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
            Terminal.writeError("\n")
        }
        Terminal.writeError(prompt)
        return try check(Array((readLine() ?? "").utf8))
    }

    private static func check(_ bytes: [UInt8]) throws(OCIError) -> String {
        guard !bytes.isEmpty, bytes.count <= 64 << 10,
            let text = String(validating: bytes, as: UTF8.self)
        else {
            throw OCIError(
                .usage, "no password came on standard input",
                advice: "pipe the password or token in, for example: --password-stdin < token.txt")
        }
        return text
    }
}
