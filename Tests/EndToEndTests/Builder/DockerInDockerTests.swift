import Foundation
import TestSupport
import Testing

/// The daemon that the builder runs, started and stopped.
@Suite(.needs(.engine))
struct DockerInDockerTests {
    private static let rights = BuilderContainer.daemonRights

    @Test("As an entrypoint it starts a daemon, and the exit code is the command's")
    func entrypoint() async throws {
        let container = try await BuilderContainer()
        let result = try await container.run(
            Self.rights, "bash", "-c",
            """
            builder-dockerd status && docker info --format '{{.Driver}}' && exit 7
            """)
        #expect(result.status == 7, "\(result.stderr)")
        #expect(result.stdout.contains("dind: Docker "), "\(result.stdout)")
        #expect(result.stdout.contains("\noverlay2\n"))
    }

    @Test("In a job a step starts it, one after it stops it, and nothing is left")
    func steps() async throws {
        let result = try await BuilderContainer().script(
            Self.rights,
            """
            set -e
            builder-dockerd start dind
            builder-dockerd start
            builder-dockerd status
            builder-dockerd stop
            [ ! -e /var/run/docker.sock ] && [ ! -e /run/builder-dockerd/pid ]
            ! pgrep -x 'dockerd|containerd'
            builder-dockerd stop
            builder-dockerd status || exit $?
            """)
        #expect(result.status == 69, "\(result.stderr)")
        #expect(result.stdout.contains("already there"), "\(result.stdout)")
        #expect(
            result.stderr.contains("no engine: nothing is mounted at /var/run/docker.sock"),
            "\(result.stderr)")
    }

    /// A folder with the small image of the tests as `base.tar`, for the inner engine, and its name.
    private func saveBase(
        _ container: BuilderContainer
    ) async throws -> (folder: TemporaryFolder, base: String) {
        let folder = try TemporaryFolder(prefix: "dind")
        let base = try #require(container.images.arguments["RUNTIME_IMAGE"])
        try await container.client.run(["save", "--output", folder.file("base.tar"), base])
            .checked()
        return (folder, base)
    }

    @Test("Images are built and containers run in it, with networks and limits")
    func build() async throws {
        let container = try await BuilderContainer()
        let (folder, base) = try await saveBase(container)
        let result = try await container.script(
            Self.rights + ["--volume", "\(folder.path):/images:ro"],
            """
            set -e
            builder-dockerd start
            docker load --quiet --input /images/base.tar
            printf 'FROM \(base)\\nRUN echo built >/made\\n' | docker build --quiet --tag made -
            docker network create inner
            docker run --rm --memory 64m --network inner made cat /made
            """)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("\nbuilt\n"), "\(result.stdout)")
    }

    @Test("What a killed daemon left is cleared, and the next one starts")
    func killed() async throws {
        let result = try await BuilderContainer().script(
            Self.rights,
            """
            builder-dockerd start
            kill -KILL $(cat /run/builder-dockerd/pid)
            while pgrep -x dockerd; do sleep 0.1; done
            builder-dockerd status; echo "status $?"
            builder-dockerd start; echo "start $?"
            """)
        #expect(result.stdout.contains("status 69\n"), "\(result.stdout)")
        #expect(result.stdout.contains("start 0\n"), "\(result.stderr)")
        #expect(result.stderr.contains("removing /var/run/docker.pid, left by a daemon"))
    }

    @Test("The container's signals are the command's, and the daemon ends after it")
    func signals() async throws {
        let client = try await BuilderContainer().client
        let images = try await BuilderImages.shared
        let script =
            "trap 'echo ending; builder-dockerd status; exit 3' TERM; echo ready; sleep 99 & wait"
        let run =
            ["run", "--detach", "--network", "none"] + Self.rights
            + [images.builder, "bash", "-c", script]
        let id = try await client.run(run).checked().stdout.filter { !$0.isNewline }
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !client.run(["logs", id]).stdout.contains("ready") {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(200))
        }
        _ = try await client.run(["stop", "--time", "30", id]).checked()
        let logs = try await client.run(["logs", id])
        #expect(logs.stdout.contains("ending\ndind: Docker "), "\(logs.stdout)\(logs.stderr)")
        let code = try await client.run(["inspect", "--format", "{{.State.ExitCode}}", id])
        #expect(code.stdout == "3\n")
        _ = try await client.run(["rm", "--volumes", id])
    }

    @Test("It ends where nobody waits for it, as in a job's container")
    func unwaited() async throws {
        let container = try await BuilderContainer()
        let run = ["run", "--detach", "--rm", "--network", "none", "--entrypoint", "/bin/sleep"]
        let id = try await container.client.run(
            run + Self.rights + [container.images.builder, "600"]
        ).checked().stdout.filter { !$0.isNewline }
        func call(_ verb: String) async throws -> ChildResult {
            try await container.client.run(["exec", id, "builder-dockerd", verb])
        }
        try await call("start").checked()
        let stopped = try await call("stop")
        #expect(stopped.status == 0 && stopped.stderr.isEmpty, "\(stopped.stderr)")
        #expect(try await call("status").status == 69)
        try await call("start").checked()
        _ = try await container.client.run(["kill", id])
    }

    @Test("Where overlay2 does not work, vfs is taken and told")
    func storageDriver() async throws {
        let result = try await BuilderContainer().script(
            Self.rights,
            """
            mkdir -p /x/lower /x/upper /x/work && mount -t tmpfs tmpfs /x && mkdir /x/lower /x/upper /x/work
            mount -t overlay overlay -o lowerdir=/x/lower,upperdir=/x/upper,workdir=/x/work /var/lib/docker
            builder-dockerd start && docker info --format '{{.Driver}}'
            """)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.hasSuffix("\nvfs\n"), "\(result.stdout)")
        #expect(result.stderr.contains("overlay2 does not work: using vfs"), "\(result.stderr)")
    }

    /// The kernel's hierarchy of cgroup v2, in a namespace where a group of this test's own is its root: also where the
    /// machine still uses version 1, though without controllers then.
    @Test("With cgroup v2 everybody moves into a group below, and containers run")
    func nesting() async throws {
        let container = try await BuilderContainer()
        let (folder, base) = try await saveBase(container)
        let result = try await container.script(
            Self.rights + ["--volume", "\(folder.path):/images:ro"],
            """
            set -e
            mkdir /v2 && mount -t cgroup2 none /v2
            group=/v2/nesting-$HOSTNAME && mkdir $group && echo $$ >$group/cgroup.procs
            unshare --cgroup bash -ec '
                umount --recursive /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup
                builder-dockerd start
                echo "left $(wc -l </sys/fs/cgroup/cgroup.procs)"
                docker info --format "cgroup v{{.CgroupVersion}}"
                docker load --quiet --input /images/base.tar
                docker run --rm \(base) echo ran
                builder-dockerd stop' && code=0 || code=$?
            echo $$ >/v2/cgroup.procs
            find $group -depth -type d -exec rmdir {} ';'
            exit $code
            """)
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.contains("\nleft 0\ncgroup v2\n"), "\(result.stdout)")
        #expect(result.stdout.contains("\nran\n"), "\(result.stdout)")
    }
}
