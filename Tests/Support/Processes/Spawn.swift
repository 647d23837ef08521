import Foundation
import Glibc

/// A program to run, with everything it gets.
public struct ProgramCall: Sendable {
    /// A path, or a name that is looked up in `PATH`.
    public var program: String
    /// The arguments after the program's name.
    public var arguments: [String]
    /// Variables set on top of the inherited ones, or instead of them.
    public var environment: [String: String]
    /// Whether this process's variables are passed on.
    public var inheritsEnvironment: Bool
    /// The working directory; nil is this process's own.
    public var directory: String?
    /// What the program reads; nil is `/dev/null`.
    public var stdin: [UInt8]?

    /// A call with its parts.
    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        inheritsEnvironment: Bool = true, directory: String? = nil, stdin: [UInt8]? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.inheritsEnvironment = inheritsEnvironment
        self.directory = directory
        self.stdin = stdin
    }

    /// Starts the program with these files as its output, default signals, nothing else open.
    func spawn(stdout: CaptureFile, stderr: CaptureFile) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let input = try stdin.map { try CaptureFile($0) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, stdout.descriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr.descriptor, 2)
        _ = SpawnExtras.closeFrom?(&actions, 3)
        if let directory { _ = SpawnExtras.changeDirectory?(&actions, directory) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var pid = pid_t()
        let code = withCStrings([program] + arguments) { argv in
            withCStrings(variables) { envp in
                posix_spawnp(&pid, program, &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw SupportError(call: "run \(program)", code: code) }
        return pid
    }

    private var variables: [String] {
        let inherited = inheritsEnvironment ? ProcessInfo.processInfo.environment : [:]
        return inherited.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
    }
}

/// GNU additions to posix_spawn, which the Glibc module does not show.
private enum SpawnExtras {
    typealias CloseFrom =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    typealias ChangeDirectory =
        @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, UnsafePointer<CChar>)
        -> Int32

    static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
    static let changeDirectory = dlsym(nil, "posix_spawn_file_actions_addchdir_np")
        .map { unsafeBitCast($0, to: ChangeDirectory.self) }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = texts.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return body(copies)
}
