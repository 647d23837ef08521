public import HTTPTypes
public import HummingbirdCore

/// Decides who may do what; what the server asks before it answers. A dialect may have its own.
public protocol AccessGuard: Sendable {
    /// Who sent a request that needs these rights.
    ///
    /// Throws ``RegistryError``: 401 (`UNAUTHORIZED`) with `WWW-Authenticate` among its fields
    /// where other credentials may help, 403 (`DENIED`) where they are known and not enough; and
    /// ``OCIError`` (configuration) when the users cannot be read.
    func authorize(
        _ head: HTTPRequest, _ needs: [Access], origin: Origin
    ) async throws -> Identity

    /// The answer to a request for a token; nil for any other request.
    ///
    /// Throws as ``authorize(_:_:origin:)`` does.
    func respond(toTokenRequest request: Request, origin: Origin) async throws -> Response?

    /// Makes every token that was issued so far worthless; nothing where there are none.
    func expireTokens() async throws
}

extension AccessGuard {
    public func expireTokens() async throws {}
}
