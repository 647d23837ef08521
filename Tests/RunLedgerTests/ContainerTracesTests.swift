import RunLedger
import Testing

@Suite("What the kernel tells of a container")
struct ContainerTracesTests {
    private static let a = String(repeating: "a1", count: 32)
    private static let b = String(repeating: "b2", count: 32)

    private static func mounts(_ id: String, upper: String = "xyz") -> String {
        """
        1421 1198 0:310 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB:/var/lib/docker/overlay2/l/CD,upperdir=/var/lib/docker/overlay2/\(upper)/diff,workdir=/var/lib/docker/overlay2/\(upper)/work
        1422 1421 0:312 / /proc rw,nosuid - proc proc rw
        1436 1421 259:1 /var/lib/docker/containers/\(id)/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/root rw
        1437 1421 259:1 /var/lib/docker/containers/\(id)/hostname /etc/hostname rw,relatime - ext4 /dev/root rw
        1438 1421 259:1 /var/lib/docker/containers/\(id)/hosts /etc/hosts rw,relatime master:1 shared:2 - ext4 /dev/root rw
        """
    }

    private func ids(_ mountinfo: String = "", _ cgroup: String = "", hostname: String? = nil)
        -> [String]
    {
        ContainerTraces(mountinfo: mountinfo, cgroup: cgroup, hostname: hostname).candidates.map(
            \.id)
    }

    @Test("with cgroup v2, and whatever the network, the mounts tell")
    func mounts() {
        let traces = ContainerTraces(
            mountinfo: Self.mounts(Self.a), cgroup: "0::/\n", hostname: "titan")
        #expect(traces.candidates.map(\.id) == [Self.a])
        #expect(traces.candidates.map(\.source) == ["/proc/self/mountinfo"])
        #expect(traces.storage == "xyz")
    }

    @Test(
        "with cgroup v1 the controllers' paths tell",
        arguments: [
            "12:memory:/docker/\(a)\n1:name=systemd:/docker/\(a)\n",
            "4:cpu,cpuacct:/system.slice/docker-\(a).scope\n",
            "0::/system.slice/docker-\(a).scope\n",
            "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-\(a).scope\n",
            "3:pids:/kubepods/burstable/pod0/\(a)\n",
            "9:name=systemd:/libpod_parent/libpod-\(a)\n8:pids:/libpod_parent/libpod-\(a)\n",
            "0::/machine.slice/libpod-\(a).scope/container\n",
        ])
    func cgroups(text: String) {
        #expect(ids("", text) == [Self.a])
    }

    @Test("with cgroup v1 the controllers' mounts name the container too, and mislead nobody")
    func version1() {
        // Docker 20.10 on a machine with cgroup v1, in a container with the host's network.
        let controllers = ["cpu", "memory", "pids", "systemd"].enumerated().map { place, name in
            "\(1500 + place) 1499 0:\(29 + place) /docker/\(Self.a) /sys/fs/cgroup/\(name) "
                + "ro,nosuid,nodev,noexec,relatime master:\(9 + place) - cgroup cgroup rw,\(name)"
        }
        let cgroup = """
            4:name=systemd:/docker/\(Self.a)
            3:pids:/docker/\(Self.a)
            2:memory:/docker/\(Self.a)
            1:cpu:/docker/\(Self.a)
            0::/docker/\(Self.a)

            """
        let traces = ContainerTraces(
            mountinfo: ([Self.mounts(Self.a)] + controllers).joined(separator: "\n"),
            cgroup: cgroup, hostname: "titan")
        #expect(traces.candidates.map(\.id) == [Self.a])
        #expect(traces.storage == "xyz")
        // Without the engine's three files, the paths of the controllers are what is left.
        let bare = ContainerTraces(
            mountinfo: controllers.joined(separator: "\n"), cgroup: cgroup, hostname: "titan")
        #expect(bare.candidates.map(\.source) == ["/proc/self/cgroup"])
        // A container with a cgroup namespace of its own sees only the roots.
        let own = "4:name=systemd:/\n3:pids:/\n2:memory:/\n1:cpu:/\n0::/\n"
        #expect(ids(Self.mounts(Self.a), own) == [Self.a])
        #expect(ids("", own) == [])
    }

    @Test("of Docker in Docker, the innermost container is the one")
    func nested() {
        #expect(ids("", "9:pids:/docker/\(Self.b)/docker/\(Self.a)\n") == [Self.a])
        // The inner engine's folder is a volume of the outer one's, whose name is as long as an id.
        for volume in ["dind", Self.b] {
            let inner = Self.mounts(Self.a).replacing(
                "/var/lib/docker/containers",
                with: "/var/lib/docker/volumes/\(volume)/_data/containers")
            #expect(ids(inner) == [Self.a])
        }
    }

    @Test(
        "an engine in a container keeps its containers on that one's storage, which is not theirs")
    func nestedStorage() {
        // Docker with the storage driver vfs, in a container of Docker with overlay2.
        let outer =
            "overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/AB,"
            + "upperdir=/var/lib/docker/overlay2/outer/diff,workdir=/var/lib/docker/overlay2/outer/work"
        let traces = ContainerTraces(
            mountinfo: """
                244 165 0:40 /var/lib/docker/vfs/dir/\(Self.b) / rw,relatime master:5 - \(outer)
                262 244 0:40 /var/lib/docker/containers/\(Self.a)/hostname /etc/hostname rw,relatime - \(outer)
                """, cgroup: "9:name=systemd:/docker/\(Self.a)\n", hostname: "vm")
        #expect(traces.candidates.map(\.id) == [Self.a])
        #expect(traces.storage == nil)
    }

    @Test("a container's folder that is mounted elsewhere is not taken for its own")
    func otherMounts() {
        let line =
            "9 1 259:1 /var/lib/docker/containers/\(Self.b)/x /mnt/logs rw - ext4 /dev/root rw\n"
        #expect(ids(line) == [])
        #expect(ids(line + Self.mounts(Self.a)) == [Self.a])
    }

    @Test("both ways are candidates where they differ, as with another container's network")
    func both() {
        #expect(ids(Self.mounts(Self.b), "2:cpu:/docker/\(Self.a)\n") == [Self.b, Self.a])
    }

    @Test("Podman's folders are known")
    func podman() {
        let line =
            "9 1 0:31 /containers/storage/overlay-containers/\(Self.a)/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw\n"
        #expect(ids(line) == [Self.a])
        #expect(ids(line.replacing("overlay-", with: "vfs-")) == [Self.a])
    }

    @Test("a host's name that looks like Docker's comes last, any other not at all")
    func hostname() {
        #expect(ids("", "0::/\n", hostname: "0123456789ab") == ["0123456789ab"])
        #expect(ids("", "0::/\n", hostname: "buildserver1") == [])
        #expect(ids(Self.mounts(Self.a), hostname: "0123456789ab").first == Self.a)
    }

    @Test(
        "garbage is no container",
        arguments: [
            "", "\n\n", "a b c", "1 2 3 / /etc/hostname rw", String(repeating: "- ", count: 99),
        ])
    func garbage(text: String) {
        #expect(ContainerTraces(mountinfo: text, cgroup: text, hostname: nil).isEmpty)
    }
}
