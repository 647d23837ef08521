import Foundation
import NIOPosix
import TestSupport

@testable import LocalRegistry

/// A file of users made by `htpasswd`, at its lowest cost.
@discardableResult
func htpasswd(
    _ options: String..., file: String, user: String, password: String
) async throws -> String {
    let call = ProgramCall(
        "htpasswd", options + ["-i", file, user], stdin: Array("\(password)\n".utf8))
    let result = try await ChildProcess.run(call).checked()
    return result.stdout + result.stderr
}

/// A file of users with one of them, `ann`, whose password is `s3cret`; looked at each time.
func usersWithAnn(in folder: TemporaryFolder) async throws -> UserFile {
    let path = folder.file("users")
    try await htpasswd("-cB", "-C", "4", file: path, user: "ann", password: "s3cret")
    return try UserFile(path, pool: .singleton, interval: .zero)
}

/// The permission bits of a file.
func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
}

/// The value of `Authorization` for a name and password.
func basic(_ user: String, _ password: String) -> String {
    "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"
}
