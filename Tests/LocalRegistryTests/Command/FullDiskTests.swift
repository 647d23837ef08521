import Foundation
import Glibc
import TestSupport
import Testing

/// A registry on a disk that is too small for what is pushed.
@Suite("A disk that is full", .serialized)
struct FullDiskTests {
    /// Bounds what may be stored in a folder: a file system of 4 MB where this may be mounted, else a
    /// bound on the size of each file.
    private struct SmallDisk: ~Copyable {
        let folder: String
        let isMounted: Bool

        init(_ folder: String) async throws {
            self.folder = folder
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            let mounted = try await ChildProcess.run(
                ProgramCall("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]))
            isMounted = mounted.status == 0
        }

        deinit { if isMounted { umount2(folder, Int32(MNT_DETACH)) } }

        /// What stands before the server's command.
        var bound: String? { isMounted ? nil : "trap '' XFSZ; ulimit -f 4000;" }
    }

    @Test("A push that does not fit is refused, and takes nothing with it")
    func full() async throws {
        let program = try LocalProgram()
        let disk = try await SmallDisk(program.folder.file("disk"))
        let serving = try await program.serve(root: "disk/root", command: disk.bound)
        let small = FixtureContent.random(1 << 20, seed: 1)
        let large = FixtureContent.random(8 << 20, seed: 2)
        var status = try await serving.push(small, to: "app")
        #expect(status == "201")
        status = try await serving.push(large, to: "app")
        #expect(disk.isMounted ? status == "507" : ["500", "507"].contains(status))
        status = try await serving.status("-I", "/v2/app/blobs/\(Sha256.digest(large))")
        #expect(status == "404")
        status = try await serving.status("/v2/app/blobs/\(Sha256.digest(small))")
        #expect(status == "200")
        // What the refused push had taken is free again.
        status = try await serving.push(FixtureContent.random(2 << 20, seed: 3), to: "app")
        #expect(status == "201")
        let result = try await serving.stop()
        #expect(result.status == 0)
        #expect(result.stderr.contains("cannot write"), "\(result.stderr)")
        let check = try await program.run("check", "--root", "disk/root")
        #expect(check.status == 0, "\(check.stdout)\(check.stderr)")
    }

    @Test("A session that ran out of room gives back what it took", arguments: ["oci", "gitea"])
    func session(_ dialect: String) async throws {
        let program = try LocalProgram()
        let disk = try await SmallDisk(program.folder.file("disk"))
        let serving = try await program.serve(
            "--dialect", dialect, root: "disk/root", command: disk.bound)
        let session = try await serving.startUpload(to: "team/app")
        let large = try program.folder.write("large", FixtureContent.random(8 << 20, seed: 4))
        var status = try await serving.status("-X", "PATCH", "--data-binary", "@\(large)", session)
        #expect(disk.isMounted ? status == "507" : ["500", "507"].contains(status))
        status = try await serving.status("-X", "PATCH", "-d", "more", session)
        #expect(status == "404")
        let content = FixtureContent.random(2 << 20, seed: 5)
        let next = try await serving.startUpload(to: "team/app")
        let file = try program.folder.write("content", content)
        status = try await serving.status(
            "-X", "PUT", "--data-binary", "@\(file)", "-H",
            "Content-Type: application/octet-stream", "\(next)?digest=\(Sha256.digest(content))")
        #expect(status == "201")
    }

    @Test("A registry works again once there is room")
    func roomAgain() async throws {
        let program = try LocalProgram()
        let disk = try await SmallDisk(program.folder.file("disk"))
        guard disk.isMounted else { return }
        let serving = try await program.serve(root: "disk/root")
        let manifest = [
            "-X", "PUT", "-H", "Content-Type: application/vnd.oci.image.index.v1+json", "-d",
            #"{"schemaVersion":2,"manifests":[]}"#, "/v2/app/manifests/v1",
        ]
        let ballast = program.folder.file("disk/ballast")
        _ = try await ChildProcess.run(ProgramCall("cp", ["/dev/zero", ballast]))
        var status = try await serving.status(manifest)
        #expect(status == "507")
        status = try await serving.push(Array("hello".utf8), to: "app")
        #expect(status == "507")
        status = try await serving.status("/v2/app/manifests/v1")
        #expect(status == "404")
        unlink(ballast)
        status = try await serving.status(manifest)
        #expect(status == "201")
        status = try await serving.push(Array("hello".utf8), to: "app")
        #expect(status == "201")
        _ = try await serving.stop()
        let check = try await program.run("check", "--root", "disk/root")
        #expect(check.status == 0, "\(check.stdout)\(check.stderr)")
    }
}
