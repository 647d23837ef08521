import HTTPTypes
import LocalRegistry
import Logging
import OCIRegistry
import TestSupport
import Testing

@Suite("Access for clients")
struct ClientsTests {
    enum Mode: CaseIterable { case basic, token }

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func control(_ mode: Mode, anonymousPull: Bool = false) async throws -> AccessControl {
        let users = try await usersWithAnn(in: folder)
        let issuer = try await TokenIssuer(keyFile: folder.file("token.key"))
        return AccessControl(
            mode == .basic ? .basic(users) : .token(users, issuer), anonymousPull: anonymousPull)
    }

    @Test("skopeo logs in, and lists tags with what it was given", arguments: Mode.allCases)
    func skopeo(mode: Mode) async throws {
        let authFile = folder.file("auth.json")
        try await withServer(try await control(mode)) { port in
            let registry = "127.0.0.1:\(port)"
            let login = [
                "login", "--tls-verify=false", "--authfile", authFile, "-u", "ann",
                "--password-stdin", registry,
            ]
            let list = [
                "list-tags", "--tls-verify=false", "--authfile", authFile,
                "docker://\(registry)/a/b",
            ]
            let wrong = ProgramCall("skopeo", login, stdin: Array("wrong\n".utf8))
            #expect(try await ChildProcess.run(wrong).status != 0)
            let right = ProgramCall("skopeo", login, stdin: Array("s3cret\n".utf8))
            #expect(try await ChildProcess.run(right).status == 0)
            let tags = try await ChildProcess.run(ProgramCall("skopeo", list)).checked()
            #expect(tags.stdout.contains(#""t""#))
        }
    }

    @Test("skopeo pulls as nobody in particular where it may", arguments: Mode.allCases)
    func skopeoAnonymous(mode: Mode) async throws {
        let empty = try folder.write("empty.json", "{}")
        for isAllowed in [true, false] {
            let control = try await control(mode, anonymousPull: isAllowed)
            try await withServer(control) { port in
                let call = ProgramCall(
                    "skopeo",
                    [
                        "list-tags", "--tls-verify=false", "--authfile", empty,
                        "docker://127.0.0.1:\(port)/a/b",
                    ])
                let status = try await ChildProcess.run(call).status
                #expect((status == 0) == isAllowed)
            }
        }
    }

    @Test("this project's client gets what it needs, also as nobody", arguments: Mode.allCases)
    func ownClient(mode: Mode) async throws {
        try await withServer(try await control(mode, anonymousPull: true)) { port in
            let host = try RegistryHost("127.0.0.1:\(port)")
            let name = try RepositoryName("a/b")
            let ann = Credentials.basic(username: "ann", password: "s3cret")
            for (credentials, push) in [(ann, 202), (.anonymous, mode == .basic ? 401 : 403)] {
                let transport = CurlTransport()
                let authenticator = Authenticator(
                    registry: host, isPlainHTTP: true, transport: transport,
                    logger: Logger(label: "client", factory: { _ in SwiftLogNoOpLogHandler() })
                ) { _, _ in
                    SourcedCredentials(credentials, source: "the test")
                }
                func status(
                    _ method: HTTPRequest.Method, _ path: String, _ scope: Scope
                ) async throws -> Int {
                    var head = HTTPRequest(
                        method: method, scheme: "http", authority: host.description, path: path)
                    head.headerFields[.authorization] =
                        try await authenticator.authorization(for: [scope])
                    let first = try await transport.send(TransportRequest(head))
                    guard first.status == 401 else { return first.status }
                    let sent = head.headerFields[.authorization]
                    guard
                        let better = try await authenticator.reauthorization(
                            after: first.head, sent: sent, for: [scope])
                    else { return 401 }
                    head.headerFields[.authorization] = better
                    return try await transport.send(TransportRequest(head)).status
                }
                let uploads = "/v2/a/b/blobs/uploads/"
                #expect(
                    try await status(.get, "/v2/a/b/tags/list", .repository(name, .pull)) == 200)
                #expect(
                    try await status(.post, uploads, .repository(name, .pull, .push)) == push)
            }
        }
    }
}
