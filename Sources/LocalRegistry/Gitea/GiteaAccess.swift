public import HTTPTypes
public import HummingbirdCore
import OCIRegistry

/// Access as Gitea controls it: by its own tokens, or by personal access tokens, for which the
/// passwords of a file of users stand. Whose password it is decides, not the name beside it.
public struct GiteaAccess: AccessGuard {
    /// What a personal access token may be used for.
    public enum PackageScope: Sendable, Comparable {
        /// Nothing that has to do with packages.
        case none
        /// `read:package`.
        case read
        /// `write:package`.
        case write
    }

    /// Who presents something.
    enum Caller: Sendable, Equatable {
        /// Somebody who presents nothing.
        case nobody
        /// Somebody with a token that stands for no user. Gitea lets nobody read without one.
        case ghost
        /// A user.
        case user(String)
    }

    /// Seconds for which Gitea's tokens are valid.
    public static let tokenLifetime = 24 * 3600
    static let service = "container_registry"

    let users: UserFile
    let issuer: TokenIssuer
    let version: GiteaVersion
    /// Whether only users may read. `REQUIRE_SIGNIN_VIEW`.
    public var requiresSignIn = false
    /// What the tokens of users may be used for, where that is not everything.
    public var scopes: [String: PackageScope] = [:]
    /// Who may write to the packages of an owner; those of owners that are not here, every user.
    public var writers: [String: Set<String>] = [:]

    /// Controls access for these users. `issuer` should give tokens of ``tokenLifetime``.
    public init(users: UserFile, issuer: TokenIssuer, version: GiteaVersion = .latest) {
        self.users = users
        self.issuer = issuer
        self.version = version
    }

    public func authorize(
        _ head: HTTPRequest, _ needs: [Access], origin: Origin
    ) async throws -> Identity {
        guard !needs.isEmpty else { return .anonymous }
        let isPage = !Self.isRegistry(head)
        guard let caller = try await caller(head) else {
            throw try isPage ? Challenges.basic() : wrongCredentials(head, root: origin)
        }
        if caller == .nobody {
            if isPage, !requiresSignIn, needs.allSatisfy(\.isReading) { return .anonymous }
            throw try isPage ? Challenges.basic() : challenge(head, root: origin)
        }
        guard needs.allSatisfy({ allows($0, to: caller) }) else { throw Self.noAccess }
        if case .user(let name) = caller { return Identity(name: name) }
        return .anonymous
    }

    public func respond(
        toTokenRequest request: Request, origin: Origin
    ) async throws -> Response? {
        let head = request.head
        guard Exchange.parts(of: head) == ["v2", "token"], request.method == .get else {
            return nil
        }
        guard let caller = try await caller(head) else {
            throw try wrongCredentials(head, root: origin)
        }
        var identity = Identity.anonymous
        if case .user(let name) = caller { identity = Identity(name: name) }
        let isRefused = identity.name.map { scope(of: $0) == .none } ?? requiresSignIn
        guard !isRefused else { throw try challenge(head, root: origin) }
        let token = try await issuer.issue(
            Token(identity: identity, scopes: []), service: Self.service)
        return Self.reply(token: token.text)
    }

    public func expireTokens() async throws { try await issuer.expireAll() }

    /// What a token comes in: it alone, without a lifetime.
    static func reply(token: String) -> Response {
        .document(JSON.encode(["token": token]), "application/json;charset=utf-8")
    }

    /// Whether somebody may do something.
    func allows(_ need: Access, to caller: Caller) -> Bool {
        switch (caller, need) {
        case (.nobody, _): false
        case (_, .ping), (_, .catalog): true
        case (.ghost, .pull): !requiresSignIn
        case (.ghost, _): false
        case (.user(let user), .pull): scope(of: user) >= .read
        case (.user(let user), .push(let name)), (.user(let user), .delete(let name)):
            scope(of: user) == .write
                && isWriter(user, of: GiteaName(name.description).lowerOwner)
        }
    }

    func scope(of user: String) -> PackageScope { scopes[user] ?? .write }

    func isWriter(_ user: String, of owner: String) -> Bool {
        writers.first { $0.key.lowercased() == owner }?.value.contains(user) ?? true
    }

    /// Who sent a request; nil for wrong credentials.
    private func caller(_ head: HTTPRequest) async throws -> Caller? {
        switch Credentials.presented(in: head.headerFields) {
        case .anonymous: return .nobody
        case .basic(let user, let password): return try await caller(user, password)
        case .bearer(let text):
            guard let token = await issuer.verify(text, service: Self.service) else { return nil }
            return token.identity.name.map { .user($0) } ?? .ghost
        default: return nil
        }
    }

    /// Who sent a request of the REST API, where a personal access token may stand alone; nil for wrong
    /// credentials.
    func restCaller(_ head: HTTPRequest) async throws -> Caller? {
        let field = head.headerFields[.authorization] ?? ""
        let parts = field.split(separator: " ", maxSplits: 1).map(String.init)
        if parts.count == 2, ["token", "bearer"].contains(parts[0].lowercased()) {
            return try await users.holder(ofPassword: parts[1], likely: "").map { .user($0) }
        }
        return try await caller(head)
    }

    /// A personal access token may stand in either place.
    private func caller(_ user: String, _ password: String) async throws -> Caller? {
        let isAlone = password.isEmpty || password == "x-oauth-basic"
        return try await users.holder(ofPassword: isAlone ? user : password, likely: user)
            .map { .user($0) }
    }
}

extension Access {
    fileprivate var isReading: Bool {
        switch self {
        case .ping, .catalog, .pull: true
        case .push, .delete: false
        }
    }
}
