import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

@Suite("local-registry gc and check") struct StoreProgramTests {
    @Test("gc speaks to the server that runs, and works on the folder once none does")
    func collect() async throws {
        let folder = try TemporaryFolder()
        let root = folder.file("root")
        let name = try RepositoryName("team/app")
        let (first, _) = try await RegistryProgram.serve(root)
        // What it leaves behind is in nobody's way.
        first.signal(SIGKILL)
        _ = try await first.wait()
        let (server, port) = try await RegistryProgram.serve(root)
        let requests = RegistryRequests(port: port)
        let blobs = ["named", "{}", "stray"].map { Array($0.utf8) }
        for bytes in blobs {
            try await requests.upload(bytes, SHA2.digest(of: bytes), to: name, by: .single)
        }
        let image = try SampleImage(config: blobs[1], layer: blobs[0])
        try await requests.put(image.manifest, as: "latest", to: name)

        let kept = try await RegistryProgram.run("gc", "--root", root).checked()
        #expect(kept.stdout.hasPrefix("0 blobs removed"), "\(kept.stdout)")
        // The store counts whole seconds.
        try await Task.sleep(for: .milliseconds(1100))
        let removed = try await RegistryProgram.run("gc", "--root", root, "--grace", "0").checked()
        #expect(removed.stdout.hasPrefix("1 blobs removed"), "\(removed.stdout)")
        try await requests.send(.get, "/v2/\(name)/blobs/\(SHA2.digest(of: blobs[2]))", 404)
        try await requests.send(.get, "/v2/\(name)/blobs/\(SHA2.digest(of: blobs[0]))", 200)
        try await requests.upload([1], SHA2.digest(of: [1]), to: name, by: .single)

        for arguments in [["check"], ["serve", "--listen", "127.0.0.1:0"]] {
            let refused = try await RegistryProgram.run(arguments + ["--root", root])
            #expect(refused.status == 78)
            #expect(refused.stderr.contains("held by another server (process \(server.pid))"))
        }
        server.stop()
        #expect(try await server.wait().status == 0)
        try await Task.sleep(for: .milliseconds(1100))
        let stopped = try await RegistryProgram.run("gc", "--root", root, "--grace", "0").checked()
        #expect(stopped.stdout.hasPrefix("1 blobs removed"), "\(stopped.stdout)")
        let good = try await RegistryProgram.run("check", "--root", root)
        #expect(good.status == 0, "\(good.stdout)\(good.stderr)")
    }

    @Test("check ends with 11 and a line for each problem")
    func check() async throws {
        let folder = try TemporaryFolder()
        var path = ""
        do {
            let test = try TestStore()
            try test.push("a", tags: "latest")
            path = test.store.layout.blob(SHA2.digest(of: Array("a".utf8)))
            try FileManager.default.copyItem(
                atPath: test.store.layout.root, toPath: folder.file("root"))
            path = String(path.dropFirst(test.store.layout.root.utf8.count))
        }
        let good = try await RegistryProgram.run("check", "--root", folder.file("root"))
        #expect(good.status == 0, "\(good.stdout)\(good.stderr)")
        try folder.write("root\(path)", "b")
        let bad = try await RegistryProgram.run("check", "--root", folder.file("root"))
        #expect(bad.status == 11)
        #expect(bad.stdout.hasPrefix("blobs/sha256/"), "\(bad.stdout)")
    }

    @Test(
        "both refuse what is no registry's folder, and leave it alone", arguments: ["gc", "check"])
    func foreign(command: String) async throws {
        let folder = try TemporaryFolder()
        try folder.write("home/notes.txt", "mine")
        let refused = try await RegistryProgram.run(command, "--root", folder.file("home"))
        #expect(refused.status == 78, "\(refused.stderr)")
        #expect(refused.stderr.contains("is no registry's folder"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.file("home"))
                == ["notes.txt"])
        let missing = try await RegistryProgram.run(command, "--root", folder.file("none"))
        #expect(missing.status == 66, "\(missing.stderr)")
    }

    @Test("a folder in which users were made first is served")
    func users() async throws {
        let folder = try TemporaryFolder()
        let root = folder.file("root")
        let made = try await RegistryProgram.run(
            "user", "add", "robin", "--password-stdin", "--root", root, stdin: "opensesame\n")
        #expect(made.status == 0, "\(made.stderr)")
        let (server, _) = try await RegistryProgram.serve(root)
        server.stop()
    }
}
