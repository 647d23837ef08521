import Foundation
import TestSupport
import Testing

/// What a test needs beside the programs that building this project needs anyway.
enum Peer: String {
    /// A Docker Engine that `scripts/peers run` has started.
    case engine = "a Docker Engine; run the tests with 'scripts/peers run'"
    /// Debian's `buildah`, and the rights to use it.
    case buildah = "buildah"
    /// A browser, to look at pages with.
    case chromium = "chromium, which scripts/setup test installs on Debian, or google-chrome"
    /// Debian's `podman`, the rights to use it, and the Debian that `scripts/peers` has made.
    case podman = "podman, and the base image of 'scripts/peers run'"
    /// What `scripts/verify-record` needs of PyPI.
    case python = "securesystemslib and in-toto-attestation; scripts/setup test installs them"

    /// Whether it is there.
    var isThere: Bool {
        switch self {
        case .engine: Peers.environment["PUBLISHER_TEST_DOCKER_HOST"] != nil
        case .python: FileManager.default.isExecutableFile(atPath: Peers.python)
        case .chromium: FileManager.default.isExecutableFile(atPath: Peers.browser)
        case .buildah: FileManager.default.isExecutableFile(atPath: "/usr/bin/buildah")
        case .podman:
            FileManager.default.isExecutableFile(atPath: "/usr/bin/podman")
                && FileManager.default.fileExists(atPath: Peers.root + ".build/peers/base.tar")
        }
    }
}

/// The machine that the tests run on.
enum Peers {
    /// The checkout.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path()
    /// Python with the packages that `scripts/setup test` installs.
    static let python = root + ".build/python/bin/python"
    /// The skopeo that checks signatures: where the system's does not, the one that `scripts/setup test` fetches.
    static let skopeo = {
        let own = root + ".build/skopeo/skopeo"
        return FileManager.default.isExecutableFile(atPath: own) ? own : "skopeo"
    }()
    /// A browser that can be told what to do.
    static let browser =
        ["/usr/bin/chromium", "/usr/bin/google-chrome"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        } ?? "/usr/bin/chromium"
    static let environment = ProcessInfo.processInfo.environment
    /// Whether a peer that is missing fails its tests, as in CI, instead of skipping them.
    static let areRequired = environment["REQUIRE_ALL_TESTS"] == "1"
}

extension Trait where Self == ConditionTrait {
    /// Skips a test without its peer; under `REQUIRE_ALL_TESTS=1` it runs all the same, and fails.
    static func needs(_ peer: Peer) -> Self {
        .enabled(if: peer.isThere || Peers.areRequired, "needs \(peer.rawValue)")
    }
}

/// Runs a system program to its end and gives what it printed, without the last line's end;
/// throws with both outputs when it fails.
@discardableResult
func tool(
    _ name: String, _ arguments: String..., environment: [String: String] = [:]
) async throws -> String {
    let call = ProgramCall(name, arguments, environment: environment)
    let result = try await ChildProcess.run(call, timeout: 180).checked()
    return String(result.stdout.trimmingSuffix { $0.isNewline })
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, predicate(last) { rest.removeLast() }
        return rest
    }
}
