import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import LocalRegistry
@testable import OCIRegistry

/// A server that is killed at any instant.
@Suite struct CrashTests {
    private static let lanes = 4
    /// Kills in each dialect: 200 in all.
    private static let kills = 100
    private static let killsPerFolder = 10

    @Test(
        "a server killed at any instant leaves what it acknowledged, and nothing half done",
        .timeLimit(.minutes(10)), arguments: Dialect.allCases)
    func killed(dialect: Dialect) async throws {
        let seed =
            ProcessInfo.processInfo.environment["LOCAL_REGISTRY_CRASH_SEED"]
            .flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        var acknowledged = 0
        for folder in 0..<(Self.kills / Self.killsPerFolder) {
            let root = try TemporaryFolder(prefix: "crash")
            let shared = try SharedLedger("load/shared", tag: "latest")
            var lanes = try (0..<Self.lanes).map {
                try LoadLane($0, dialect, shared, seed: random.next())
            }
            for round in 0..<Self.killsPerFolder {
                let delay = Duration.milliseconds(Int.random(in: 20...300, using: &random))
                lanes = try await load(
                    lanes, root.file("root"), dialect, common: random.content(size: 200_000),
                    killAfter: delay)
                let problems = try audit(FilePath(root.file("root")), &lanes, shared)
                try #require(
                    problems.isEmpty,
                    """
                    LOCAL_REGISTRY_CRASH_SEED=\(seed), folder \(folder), round \(round), killed \
                    after \(delay): \(problems.joined(separator: "\n"))
                    """)
            }
            acknowledged += lanes.map(\.acknowledged).reduce(0, +)
        }
        // Else the server was never at work when it was killed.
        #expect(acknowledged > Self.kills, "\(acknowledged) requests were acknowledged")
    }

    /// Starts a server, lets the lanes run, kills it.
    private func load(
        _ lanes: [LoadLane], _ root: String, _ dialect: Dialect, common: [UInt8],
        killAfter delay: Duration
    ) async throws -> [LoadLane] {
        let (process, port) = try await RegistryProgram.serve(root, dialect)
        defer { process.signal(SIGKILL) }
        return try await withThrowingTaskGroup(of: (Int, LoadLane).self) { group in
            for (number, lane) in lanes.enumerated() {
                group.addTask {
                    var lane = lane
                    try await lane.run(port: port, common: common)
                    return (number, lane)
                }
            }
            try await Task.sleep(for: delay)
            try #require(process.isRunning, "the server ended by itself: \(process.stderr)")
            process.signal(SIGKILL)
            _ = try await process.wait()
            var after = lanes
            for try await (number, lane) in group { after[number] = lane }
            return after
        }
    }

    /// Opens the folder as the next server does, and compares it with what the lanes know.
    private func audit(
        _ root: FilePath, _ lanes: inout [LoadLane], _ shared: SharedLedger
    ) throws -> [String] {
        let store = try Store(root: root, dialect: nil)
        var problems: [String] = []
        do {
            try store.check { problems.append($0.description) }
            for index in lanes.indices { problems += try lanes[index].compare(with: store) }
            let images = lanes.reduce(into: [:]) { $0.merge($1.images) { $1 } }
            problems += try [shared.compare(with: store, images: images)].compactMap(\.self)
            problems += try StoreLeftovers.find(in: store)
        } catch {
            problems.append("\(error)")
        }
        return problems
    }
}
