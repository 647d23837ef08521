import Foundation
import Synchronization

/// The token endpoint beside a docker-registry: checks Basic credentials, signs RS256 tokens.
final class TokenServer: Sendable {
    static let issuer = "fixture-issuer"
    static let service = "fixture-service"

    let port: Int
    private let server: HTTPServer
    private let counter: Counter

    init(user: String, password: String, lifetime: Int, certificates: Certificates) throws {
        let der = try openSSL(["x509", "-in", certificates.signerFile, "-outform", "DER"])
        let key = certificates.signerKeyFile
        let basic = basicAuthorization(user: user, password: password)
        let counter = Counter()
        self.counter = counter
        server = try HTTPServer { exchange in
            guard exchange.head.headers["Authorization"] == basic else {
                return try exchange.send(Response(401, body: Array("unauthorized\n".utf8)))
            }
            let id = counter.next()
            let claims = Self.claims(exchange.head, user: user, lifetime: lifetime, id: id)
            let token = try Self.sign(claims, certificate: der, keyFile: key)
            let body = #"{"token":"\#(token)","expires_in":\#(lifetime)}"#
            let headers: HeaderFields = ["Content-Type": "application/json"]
            try exchange.send(Response(200, headers: headers, body: Array(body.utf8)))
        }
        port = server.port
    }

    /// How many tokens were handed out.
    var issuedTokens: Int { counter.value }

    func stop() { server.stop() }

    private static func claims(
        _ head: RequestHead, user: String, lifetime: Int, id: Int
    ) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let scopes = head.queryValues("scope").flatMap { $0.split(separator: " ") }
        let access = scopes.compactMap { scope -> String? in
            let parts = scope.split(separator: ":")
            guard parts.count == 3 else { return nil }
            let actions = parts[2].split(separator: ",").map { "\"\($0)\"" }
            return """
                {"type":"\(parts[0])","name":"\(parts[1])",\
                "actions":[\(actions.joined(separator: ","))]}
                """
        }
        return """
            {"iss":"\(issuer)","sub":"\(user)","aud":"\(service)","jti":"\(id)",\
            "iat":\(now),"nbf":\(now - 10),"exp":\(now + lifetime),\
            "access":[\(access.joined(separator: ","))]}
            """
    }

    private static func sign(
        _ claims: String, certificate: [UInt8], keyFile: String
    ) throws -> String {
        let header = #"{"typ":"JWT","alg":"RS256","x5c":["\#(base64(certificate))"]}"#
        let content = [header, claims].map { url64(Array($0.utf8)) }.joined(separator: ".")
        let signature = try openSSL(
            ["dgst", "-sha256", "-sign", keyFile], stdin: Array(content.utf8))
        return "\(content).\(url64(signature))"
    }

    private static func url64(_ bytes: [UInt8]) -> String {
        base64(bytes).replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}

/// A number that threads count up.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
