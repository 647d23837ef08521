import Foundation
import TestSupport
import Testing

/// `builder-checkout`, beside a repository served over HTTP to whoever has the token.
struct CheckoutTests {
    private static let token = "checkout-t0ken-4f2a"

    /// git's own server, which wants the token as Gitea does.
    private static let server = """
        import base64, http.server, os, subprocess, sys
        wanted = "Basic " + base64.b64encode(b"x-access-token:\(token)").decode()
        class Git(http.server.BaseHTTPRequestHandler):
            def answer(self):
                if self.headers.get("Authorization") != wanted:
                    self.send_response(401); self.send_header("WWW-Authenticate", "Basic"); self.end_headers()
                    return
                path, _, query = self.path.partition("?")
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                env = dict(os.environ, GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                    QUERY_STRING=query, REQUEST_METHOD=self.command, CONTENT_LENGTH=str(len(body)),
                    CONTENT_TYPE=self.headers.get("Content-Type", ""),
                    HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
                    GIT_PROTOCOL=self.headers.get("Git-Protocol", ""))
                out = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE).stdout
                head, _, content = out.partition(b"\\r\\n\\r\\n")
                fields = [line.split(": ", 1) for line in head.decode().split("\\r\\n")]
                self.send_response(int(dict(fields).get("Status", "200").split()[0]))
                for name, value in fields: self.send_header(name, value)
                self.end_headers(); self.wfile.write(content)
            do_GET = do_POST = answer
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Git)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    private let folder: TemporaryFolder
    private let process: ChildProcess
    private let address: String
    /// Three commits, the newest last.
    private let commits: [String]

    init() async throws {
        folder = try TemporaryFolder(prefix: "checkout")
        try folder.write("server.py", Self.server)
        let script = """
            set -e
            git init --quiet -b main team/app.git && cd team/app.git
            for number in 1 2 3; do
                echo $number >file && git add file
                git -c user.name=t -c user.email=t@example.org commit --quiet --message "$number"
                git rev-parse HEAD
            done
            """
        let call = ProgramCall("bash", ["-c", script], directory: folder.path)
        commits = try await ChildProcess.run(call).checked().stdout.split(separator: "\n").map(
            String.init)
        process = try ChildProcess(
            ProgramCall("python3", [folder.file("server.py"), folder.path]))
        let deadline = ContinuousClock.now + .seconds(20)
        while !process.stdout.contains("\n") {
            try #require(process.isRunning && ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(10))
        }
        address = "http://127.0.0.1:\(process.stdout.filter { !$0.isNewline })"
    }

    /// Runs the script with a fresh home; `variables` over those of a job.
    private func checkout(_ variables: [String: String] = [:]) async throws -> ChildResult {
        var environment = [
            "HOME": folder.path, "PATH": "/usr/bin:/bin", "GITHUB_SERVER_URL": address,
            "GITHUB_REPOSITORY": "team/app", "GITHUB_SHA": commits[1],
            "GITHUB_WORKSPACE": folder.file("workspace"), "GITHUB_TOKEN": Self.token,
        ]
        environment.merge(variables) { $1 }
        return try await ChildProcess.run(
            ProgramCall(
                Peers.root + "build/scripts/checkout.sh", environment: environment,
                inheritsEnvironment: false))
    }

    @Test("Exactly the commit is checked out, not the branch's tip, with its history")
    func exactCommit() async throws {
        defer { process.stop() }
        let result = try await checkout()
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout == commits[1] + "\n")
        #expect(try folder.text("workspace/file") == "2\n")
        let history = try await tool("git", "-C", folder.file("workspace"), "rev-list", "HEAD")
        #expect(history == "\(commits[1])\n\(commits[0])")
    }

    @Test("The token is in no file of the checkout and in no output")
    func token() async throws {
        defer { process.stop() }
        let result = try await checkout()
        #expect(result.status == 0, "\(result.stderr)")
        for text in [Self.token, Data("x-access-token:\(Self.token)".utf8).base64EncodedString()] {
            #expect(!result.stdout.contains(text) && !result.stderr.contains(text))
            let found = try await ChildProcess.run(
                ProgramCall(
                    "grep",
                    [
                        "-rlF", "-e", text, folder.file("workspace"), folder.file("team"),
                        folder.file(".gitconfig"),
                    ]))
            #expect(found.stdout.isEmpty)
        }
    }

    @Test("A second run goes to its own commit and takes away what the first left")
    func again() async throws {
        defer { process.stop() }
        _ = try await checkout().checked()
        try folder.write("workspace/left", "over")
        try folder.write("workspace/file", "changed")
        let result = try await checkout(["GITHUB_SHA": commits[2], "CHECKOUT_DEPTH": "1"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(try folder.text("workspace/file") == "3\n")
        #expect(throws: (any Error).self) { try folder.text("workspace/left") }
    }

    @Test("No commit, no access and a folder that is not empty each fail with a reason")
    func failures() async throws {
        defer { process.stop() }
        var result = try await checkout(["GITHUB_SHA": "main"])
        #expect(result.status == 64)
        #expect(result.stderr.contains("GITHUB_SHA is no commit: 'main'"))
        result = try await checkout(["GITHUB_WORKSPACE": ""])
        #expect(result.status == 64)
        result = try await checkout(["GITHUB_SHA": String(repeating: "0", count: 40)])
        #expect(result.status == 69)
        #expect(result.stderr.contains("Is it pushed"), "\(result.stderr)")
        result = try await checkout(["GITHUB_TOKEN": "wrong"])
        #expect(result.status == 69)
        try folder.write("full/file", "something")
        result = try await checkout(["GITHUB_WORKSPACE": folder.file("full")])
        #expect(result.status == 73)
        #expect(result.stderr.contains("is not empty and no git repository"))
    }
}
