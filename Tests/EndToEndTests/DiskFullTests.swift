import Foundation
import Glibc
import TestSupport
import Testing

/// A copy to a disk that is too small for it.
@Suite(.serialized) struct DiskFullTests {
    /// Bounds what a program may store in a folder: a file system of 1 MB where this may be
    /// mounted, else a bound on the size of each file.
    private struct SmallDisk: ~Copyable {
        let folder: String
        private let isMounted: Bool

        init(_ folder: String) async throws {
            self.folder = folder
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let mounted = try await ChildProcess.run(
                ProgramCall("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]))
            isMounted = mounted.status == 0
        }

        deinit { if isMounted { umount2(folder, Int32(MNT_DETACH)) } }

        func call(_ arguments: [String], home: String) -> ProgramCall {
            let bound = isMounted ? "" : "trap '' XFSZ; ulimit -f 1000; "
            return ProgramCall(
                "/bin/sh", ["-c", "\(bound)exec \"$0\" \"$@\"", Program.path] + arguments,
                environment: ["HOME": home])
        }
    }

    @Test func aFullDiskIsReportedOnceAndLeavesNothingBehind() async throws {
        let scene = try Scene()
        try OCILayout.image(scene.image).put(into: scene.registry, "team/app", tags: ["v"])
        let disk = try await SmallDisk(scene.program.home.file("disk"))
        let result = try await ChildProcess.run(
            disk.call(
                ["copy", "\(scene.repository):v", "oci:\(disk.folder)/layout"],
                home: scene.program.home.path))
        #expect(result.status == 75, "\(result.stderr)")
        #expect(result.stdout.isEmpty)
        expectError(result, says: ["cannot write", "\(disk.folder)/layout"])
        // What does not fit now does not fit a second later: nothing is fetched twice.
        let fetched = scene.registry.requests.filter { $0.path.contains("/blobs/") }.map(\.path)
        #expect(Set(fetched).count == fetched.count)
        let left =
            FileManager.default.enumerator(atPath: "\(disk.folder)/layout")?
            .compactMap { $0 as? String } ?? []
        #expect(!left.contains { $0.hasSuffix(".part") })
        let tags = try await scene.run(["digest", "oci:\(disk.folder)/layout:v"])
        #expect(tags.status == 66, "\(tags.stderr)")
    }

    @Test func aFolderThatMayNotBeWrittenIsDenied() async throws {
        let scene = try Scene()
        try OCILayout.image(scene.image).put(into: scene.registry, "team/app", tags: ["v"])
        let result = try await scene.run(["copy", "\(scene.repository):v", "oci:/proc/layout"])
        #expect([66, 77].contains(result.status), "\(result.stderr)")
        expectError(result, says: ["/proc/layout"])
    }

    @Test func aDirectoryOfSomethingElseIsLeftAlone() async throws {
        let scene = try Scene()
        try OCILayout.image(scene.image).put(into: scene.registry, "team/app", tags: ["v"])
        try scene.program.home.write("work/file", "mine")
        let folder = scene.program.home.file("work")
        let result = try await scene.run(["copy", "\(scene.repository):v", "oci:\(folder)"])
        #expect(result.status == 64, "\(result.stderr)")
        expectError(result, says: [folder, "something other than an OCI layout"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
}
