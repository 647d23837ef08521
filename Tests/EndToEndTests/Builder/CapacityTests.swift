import Foundation
import TestSupport
import Testing

/// `builder-capacity`.
struct CapacityTests {
    private func capacity(_ arguments: [String] = ["/"], _ variables: [String: String] = [:])
        async throws -> ChildResult
    {
        try await ChildProcess.run(
            ProgramCall(
                Peers.root + "build/scripts/capacity.sh", arguments,
                environment: ["PATH": "/usr/bin:/bin"].merging(variables) { $1 },
                inheritsEnvironment: false))
    }

    @Test("Enough room is told, and passes")
    func enough() async throws {
        let result = try await capacity(["/"], ["MIN_FREE_GB": "0", "MIN_FREE_INODES": "0"])
        #expect(result.status == 0, "\(result.stderr)")
        #expect(result.stdout.hasPrefix("/: "))
    }

    @Test("Too few bytes and too few inodes are told apart, with what to do")
    func tooLittle() async throws {
        var result = try await capacity(["/"], ["MIN_FREE_GB": "999999"])
        #expect(result.status == 69)
        #expect(result.stderr.contains("999999 needed. Remove images and caches"))
        result = try await capacity(
            ["/"], ["MIN_FREE_GB": "0", "MIN_FREE_INODES": "999999999"])
        #expect(result.status == 69)
        #expect(result.stderr.contains("999999999 needed. Many small files"))
    }

    @Test("40 GiB are wanted unless said otherwise, of the job's workspace")
    func defaults() async throws {
        let folder = try TemporaryFolder(prefix: "capacity")
        let free = try await tool("df", "--output=avail", "-BG", folder.path)
        let gigabytes = try #require(
            Int(free.split(separator: "\n").last?.filter(\.isNumber) ?? ""))
        let result = try await capacity(
            [], ["GITHUB_WORKSPACE": folder.path, "MIN_FREE_INODES": "0"])
        #expect((result.status == 0) == (gigabytes > 40), "\(result.stdout)\(result.stderr)")
        #expect((result.stdout + result.stderr).contains(folder.path))
    }

    @Test("A folder that is not there and a number that is none fail")
    func badInput() async throws {
        #expect(try await capacity(["/no/such/folder"]).status == 66)
        let result = try await capacity(["/"], ["MIN_FREE_GB": "4O"])
        #expect(result.status == 64)
        #expect(result.stderr.contains("MIN_FREE_GB has to be a whole number, not '4O'"))
    }
}
