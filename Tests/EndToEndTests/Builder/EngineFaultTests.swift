import Foundation
import TestSupport
import Testing

/// What goes wrong with an engine ends with a clear message, a cure and a failing step.
@Suite(.needs(.engine))
struct EngineFaultTests {
    private func expect(
        _ result: ChildResult, _ code: Int32, _ texts: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == code, "\(result.stderr)", sourceLocation: sourceLocation)
        for text in texts {
            #expect(
                result.stderr.contains(text), "'\(text)' is missing: \(result.stderr)",
                sourceLocation: sourceLocation)
        }
    }

    @Test("The capabilities that a daemon lacks are named")
    func capabilities() async throws {
        let container = try await BuilderContainer()
        expect(
            try await container.script([], "builder-dockerd start"), 77,
            "lacks the capabilities NET_ADMIN SYS_ADMIN", "next: docker run --cap-add SYS_ADMIN")
        expect(
            try await container.run(
                ["--env", "BUILDER_DOCKER=dind", "--cap-add", "SYS_ADMIN"], "true"), 77,
            "lacks the capabilities NET_ADMIN\n")
        expect(
            try await container.script(
                ["--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN"], "builder-dockerd start"), 77,
            "seccomp profile forbids")
    }

    @Test(
        "Without a socket and without rights a command still runs, and status says that there is none"
    )
    func nothing() async throws {
        let container = try await BuilderContainer()
        let result = try await container.run([], "bash", "-c", "echo ran; builder-dockerd status")
        expect(result, 69, "none: no socket is mounted", "no engine: nothing is mounted")
        #expect(result.stdout == "ran\n")
        expect(
            try await container.script([], "builder-dockerd start host"), 69,
            "no engine answers at unix:///var/run/docker.sock", "is its socket mounted here")
    }

    @Test("The host's engine is found by its socket")
    func host() async throws {
        let container = try await BuilderContainer()
        let result = try await container.script(
            container.engineSocket, "builder-dockerd start && builder-dockerd status")
        #expect(result.status == 0, "\(result.stderr)")
        #expect(
            result.stdout.split(separator: "\n").allSatisfy { $0.hasPrefix("host: Docker ") },
            "\(result.stdout)")
    }

    @Test("A socket behind which nobody listens fails the step")
    func deadEngine() async throws {
        let container = try await BuilderContainer()
        expect(
            try await container.script(
                [],
                """
                python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.bind("/var/run/docker.sock")'
                builder-dockerd start
                """), 69, "no engine answers at", "next: does Docker run on the host")
    }

    @Test(
        "A client that is too old or too new for the engine is told, with the way out",
        arguments: [
            (
                "too old", "Minimum supported API version is 1.99",
                "next: take a newer builder image"
            ),
            ("too new", "Maximum supported API version is 1.40", "next: upgrade Docker"),
        ])
    func otherClient(_ fault: String, _ bound: String, _ next: String) async throws {
        // What an engine of a later or an earlier release answers to the client of this image.
        let engine = """
            import http.server, socketserver
            class Engine(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    body = b'{"message":"client version 1.45 is \(fault). \(bound)"}'
                    ping = self.path.endswith("/_ping")
                    self.send_response(200 if ping else 400)
                    self.send_header("Api-Version", "1.99")
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", "2" if ping else str(len(body)))
                    self.end_headers()
                    if self.command == "GET": self.wfile.write(b"OK" if ping else body)
                do_HEAD = do_GET
                def address_string(self): return ""
            socketserver.UnixStreamServer("/var/run/docker.sock", Engine).serve_forever()
            """
        let folder = try TemporaryFolder(prefix: "old-client")
        try folder.write("engine.py", engine)
        expect(
            try await BuilderContainer().script(
                ["--volume", "\(folder.path):/engine:ro"],
                """
                python3 /engine/engine.py 2>/dev/null &
                while [ ! -S /var/run/docker.sock ]; do sleep 0.1; done
                builder-dockerd start
                """), 69, "\(fault) for the engine", bound, next)
    }

    @Test("A daemon takes no other engine's socket away, and stop ends none that it did not start")
    func mounted() async throws {
        let container = try await BuilderContainer()
        expect(
            try await container.script(
                BuilderContainer.daemonRights + container.engineSocket,
                """
                builder-dockerd stop && docker version >/dev/null || exit 1
                builder-dockerd start dind
                """), 69, "/var/run/docker.sock is another engine's", "builder-dockerd start host")
    }

    @Test("A full disk is told before a daemon is started")
    func fullDisk() async throws {
        expect(
            try await BuilderContainer().script(
                BuilderContainer.daemonRights + ["--tmpfs", "/var/lib/docker:size=20m"],
                "builder-dockerd start"), 69, "/var/lib/docker has 20 MB free",
            "needs at least 256")
    }

    @Test("A volume that cannot be written to is told")
    func readOnly() async throws {
        expect(
            try await BuilderContainer().script(
                BuilderContainer.daemonRights + ["--tmpfs", "/var/lib/docker:ro,size=400m"],
                "builder-dockerd start"), 69, "nothing can be written to /var/lib/docker")
    }

    @Test("A daemon that does not come up shows the end of its log, and leaves nothing")
    func failingDaemon() async throws {
        let container = try await BuilderContainer()
        let result = try await container.script(
            BuilderContainer.daemonRights + ["--env", "BUILDER_STORAGE_DRIVER=nonsense"],
            "builder-dockerd start; code=$?; ls /run/builder-dockerd; exit $code")
        expect(result, 69, "did not answer within 60 seconds or ended", "nonsense")
        #expect(result.stdout.isEmpty)
        expect(
            try await container.script(
                ["--env", "BUILDER_DOCKER_TIMEOUT=soon"], "builder-dockerd start"), 64,
            "BUILDER_DOCKER_TIMEOUT has to be seconds")
        expect(
            try await container.script([], "builder-dockerd start nowhere"), 64,
            "builder-dockerd start [auto|host|dind|none]")
    }
}
