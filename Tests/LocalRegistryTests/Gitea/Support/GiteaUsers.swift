import Foundation
import HTTPTypes
import TestSupport

@testable import LocalRegistry

/// Users of a registry in Gitea's dialect: `ann` writes everywhere, `bob` reads, `carl` may do nothing with
/// packages, `dora` writes to what is hers.
enum GiteaUsers {
    static let ann = basic("ann", "ann's")
    static let bob = basic("bob", "bob's")
    static let carl = basic("carl", "carl's")
    static let dora = basic("dora", "dora's")

    /// Runs `body` beside a server with these users.
    static func serve(
        _ version: GiteaVersion = .latest, requiresSignIn: Bool = false,
        changing change: (inout ServerSettings) throws -> Void = { _ in },
        body: (GiteaServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let access = try await access(in: folder, version, requiresSignIn: requiresSignIn)
        try await GiteaServer.with(
            {
                $0.access = access
                $0.gitea.version = version
                try change(&$0)
            }, body: body)
    }

    /// These users' rights.
    static func access(
        in folder: TemporaryFolder, _ version: GiteaVersion = .latest, requiresSignIn: Bool
    ) async throws -> GiteaAccess {
        let path = folder.file("users")
        for user in ["ann", "bob", "carl", "dora"] {
            try UserFile.add(user: user, password: "\(user)'s", to: path)
        }
        let issuer = try await TokenIssuer(
            keyFile: folder.file("key"), lifetime: GiteaAccess.tokenLifetime)
        var access = GiteaAccess(users: try UserFile(path), issuer: issuer, version: version)
        access.requiresSignIn = requiresSignIn
        access.scopes = ["bob": .read, "carl": .none]
        access.writers = ["Team": ["ann", "bob"]]
        return access
    }

    /// The field of a name and password.
    static func basic(_ user: String, _ password: String) -> HTTPFields {
        let text = Data("\(user):\(password)".utf8).base64EncodedString()
        return [.authorization: "Basic \(text)"]
    }
}
