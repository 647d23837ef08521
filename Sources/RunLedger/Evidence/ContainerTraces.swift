/// What the kernel tells a process of the container that it runs in.
public struct ContainerTraces: Sendable, Hashable {
    /// A container's id, and where it was found.
    public struct Candidate: Sendable, Hashable {
        /// 64 hexadecimal digits; of a host's name the 12 that Docker makes it of.
        public var id: String
        /// Where it was found.
        public var source: String
    }

    /// What may be the container's id, the likeliest first.
    public var candidates: [Candidate]
    /// The folder in which the container's own changes are kept: what is before `/diff` or `/fs` at the
    /// end of the root's `upperdir`. Two containers never share one.
    public var storage: String?

    /// Reads `/proc/self/mountinfo`, `/proc/self/cgroup` and the host's name, each as far as there.
    ///
    /// proc(5), cgroups(7).
    public init(mountinfo: String, cgroup: String, hostname: String?) {
        let mounts = mountinfo.split(separator: "\n").compactMap(Mount.init)
        var found: [Candidate] = []
        // An engine mounts these from the container's folder, whatever the network; a container that
        // shares another's network has that one's, which the storage tells apart.
        let own: Set<Substring> = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"]
        for mount in mounts where own.contains(mount.point) {
            if let id = Self.folderID(mount.root) {
                found.append(Candidate(id: id, source: "/proc/self/mountinfo"))
            }
        }
        for line in cgroup.split(separator: "\n") {
            guard
                let path = line.split(
                    separator: ":", maxSplits: 2, omittingEmptySubsequences: false
                )
                .last, let id = Self.cgroupID(path)
            else { continue }
            found.append(Candidate(id: id, source: "/proc/self/cgroup"))
        }
        if let hostname, hostname.utf8.count == 12, hostname.allSatisfy(Self.isHex) {
            found.append(Candidate(id: hostname, source: "the host's name"))
        }
        var seen: Set<String> = []
        candidates = found.filter { seen.insert($0.id).inserted }
        // A folder of an overlay, not the whole of it, is within a container whose storage that is: an
        // engine in a container keeps the roots of its own containers there.
        storage = mounts.last { $0.point == "/" && $0.type == "overlay" && $0.root == "/" }
            .flatMap(\.upper).flatMap(Self.storage(upper:))
    }

    /// Whether there is any sign of a container.
    public var isEmpty: Bool { candidates.isEmpty && storage == nil }

    /// The name of the folder that an `upperdir` is in.
    public static func storage(upper: String) -> String? {
        let parts = upper.split(separator: "/")
        guard parts.count >= 2, let last = parts.last, last == "diff" || last == "fs" else {
            return nil
        }
        return String(parts[parts.count - 2])
    }

    /// The id in `…/containers/<id>/hostname`, or Podman's `…/overlay-containers/<id>/userdata/…`.
    private static func folderID(_ path: Substring) -> String? {
        let parts = path.split(separator: "/")
        for (place, part) in parts.enumerated().dropFirst()
        where isID(part) && parts[place - 1].hasSuffix("containers") && place + 1 < parts.count {
            return String(part)
        }
        return nil
    }

    /// The innermost id in `/docker/<id>`, `/system.slice/docker-<id>.scope`, `/kubepods/…/<id>`.
    private static func cgroupID(_ path: Substring) -> String? {
        for part in path.split(separator: "/").reversed() {
            let name = part.hasSuffix(".scope") ? part.dropLast(6) : part
            let id = name.split(separator: "-").last ?? name
            if isID(id) { return String(id) }
        }
        return nil
    }

    private static func isID(_ text: Substring) -> Bool {
        text.utf8.count == 64 && text.allSatisfy(isHex)
    }

    private static func isHex(_ character: Character) -> Bool {
        character.isHexDigit && character.isASCII && !character.isUppercase
    }

    /// A line of mountinfo. proc(5).
    private struct Mount {
        var root: Substring
        var point: Substring
        var type: Substring
        var upper: String?

        init?(_ line: Substring) {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 1 else {
                return nil
            }
            root = fields[3]
            point = fields[4]
            type = fields[dash + 1]
            upper = fields.last?.split(separator: ",").first { $0.hasPrefix("upperdir=") }
                .map { String($0.dropFirst("upperdir=".count)) }
        }
    }
}
