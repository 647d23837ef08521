import Crypto
public import NIOPosix
public import OCIRegistry
import Synchronization

/// The users of a registry: a file of `name:hash` lines as `htpasswd -B` writes it.
///
/// Bounded to 1 MiB, and read again when it changes, which is looked for at most once a second.
/// Passwords that were right are remembered, in a form of use to nobody, until the file changes:
/// bcrypt takes tens of milliseconds, and a push sends a thousand requests.
public final class UserFile: Sendable {
    /// Where the file is.
    public let path: String
    private let pool: NIOThreadPool
    private let clock = ContinuousClock()
    private let key = SymmetricKey(size: .bits256)
    private let state: Mutex<State>

    /// Passwords that are remembered.
    private static let memory = 1024
    /// How long the file is not looked at after a look.
    private let interval: Duration

    private struct State {
        var entries: UserEntries
        var stamp: GuardedFile.Stamp
        var checked: ContinuousClock.Instant
        var remembered: Set<[UInt8]> = []
        /// Counts the readings, so that no result of an old one is remembered in a new one.
        var reading = 0
    }

    /// Reads a file; the pool does what blocks.
    ///
    /// Throws ``OCIError`` (configuration) naming the file, the line and the cure.
    public convenience init(_ path: String, pool: NIOThreadPool = .singleton) throws(OCIError) {
        try self.init(path, pool: pool, interval: .seconds(1))
    }

    init(_ path: String, pool: NIOThreadPool, interval: Duration) throws(OCIError) {
        let (entries, stamp) = try Self.read(path)
        self.path = path
        self.pool = pool
        self.interval = interval
        state = Mutex(State(entries: entries, stamp: stamp, checked: clock.now))
    }

    /// Whether this is the password of this user. Takes as long for users that do not exist.
    ///
    /// Throws ``OCIError`` (configuration) when the file has changed and cannot be read: nobody
    /// gets in by what it said before.
    public func verify(user: String, password: String) async throws -> Bool {
        if isRemembered(digest(user, password)) { return true }
        return try await pool.runIfActive {
            try self.verifyBlocking(user: user, password: password)
        }
    }

    /// What stands for a user's present password without giving it away: another password,
    /// another text. Nil for users that do not exist.
    ///
    /// Throws as ``verify(user:password:)`` does.
    public func fingerprint(of user: String) async throws -> String? {
        try await pool.runIfActive {
            let hash = try self.current { $0.entries.hashes[user] }
            return hash.map { SHA2.digest(of: Array($0.utf8)).description }
        }
    }

    /// Whether there was such a user, in any case, when the file was read last.
    func hasUser(_ name: String) -> Bool {
        let wanted = name.lowercased()
        return state.withLock { $0.entries.hashes.keys.contains { $0.lowercased() == wanted } }
    }

    /// The user whose password this is, whoever it is; nil when it is nobody's. Each user costs tens of
    /// milliseconds; `likely` is tried first.
    ///
    /// Throws as ``verify(user:password:)`` does.
    func holder(ofPassword password: String, likely: String) async throws -> String? {
        if isRemembered(digest(likely, password)) { return likely }
        return try await pool.runIfActive {
            // Those who are remembered cost nothing, so that a token without a name is cheap too.
            let (names, known) = try self.current { state in
                let names = state.entries.hashes.keys.sorted {
                    ($0 == likely ? 0 : 1, $0) < ($1 == likely ? 0 : 1, $1)
                }
                let isKnown = { state.remembered.contains(self.digest($0, password)) }
                return (names, names.first(where: isKnown))
            }
            if let known { return known }
            for name in names where try self.verifyBlocking(user: name, password: password) {
                return name
            }
            return nil
        }
    }

    /// As ``verify(user:password:)``, but blocks the calling thread.
    func verifyBlocking(user: String, password: String) throws(OCIError) -> Bool {
        let digest = digest(user, password)
        let (isKnown, entries, reading) = try current { state in
            (state.remembered.contains(digest), state.entries, state.reading)
        }
        if isKnown { return true }
        guard let hash = entries.hashes[user] else {
            Bcrypt.waste(password, cost: entries.cost)
            return false
        }
        guard Bcrypt.verify(password, hash) else { return false }
        state.withLock { state in
            guard state.reading == reading else { return }
            if state.remembered.count >= Self.memory { state.remembered.removeAll() }
            state.remembered.insert(digest)
        }
        return true
    }

    /// Whether a password was right a moment ago, without looking at the file.
    private func isRemembered(_ digest: [UInt8]) -> Bool {
        state.withLock { state in
            state.remembered.contains(digest) && clock.now - state.checked < interval
        }
    }

    /// The state after a look at the file, if it is time for one.
    private func current<T: Sendable>(_ body: (State) -> T) throws(OCIError) -> T {
        let result = state.withLock { state -> Result<T, OCIError> in
            if clock.now - state.checked >= interval {
                if GuardedFile.stamp(of: path) != state.stamp {
                    do throws(OCIError) {
                        (state.entries, state.stamp) = try Self.read(path)
                    } catch {
                        return .failure(error)
                    }
                    state.remembered.removeAll()
                    state.reading += 1
                }
                state.checked = clock.now
            }
            return .success(body(state))
        }
        return try result.get()
    }

    private func digest(_ user: String, _ password: String) -> [UInt8] {
        var hash = HMAC<SHA256>(key: key)
        hash.update(data: Array(user.utf8))
        hash.update(data: [0])
        hash.update(data: Array(password.utf8))
        return Array(hash.finalize())
    }

    private static func read(
        _ path: String
    ) throws(OCIError) -> (UserEntries, GuardedFile.Stamp) {
        guard let (bytes, stamp) = try GuardedFile.read(path) else {
            throw OCIError(
                .configuration, "there is no such file of users", subject: path,
                advice:
                    "make it: local-registry user add NAME --users '\(path)' --root DIR, "
                    + "or htpasswd -cB '\(path)' NAME")
        }
        return (try UserEntries(bytes, path: path), stamp)
    }
}
