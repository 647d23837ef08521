import HTTPTypes
import Foundation
import LocalRegistry
import TestSupport
import Testing

/// `publisher promote` when something goes wrong: all of the tags or none, and never silence.
@Suite struct PromoteFaultTests {
    private static let five = ["one", "two", "three", "four", "five"]

    /// A registry in which `one` and `three` name one image, and `dev` the one that is promoted.
    private func with(
        _ dialect: Dialect,
        _ body: (PromoteScene, _ old: String, _ new: String) async throws -> Void
    ) async throws {
        try await PromoteScene.with(dialect) { scenes in
            let scene = scenes[0]
            try scene.configure()
            let old = try await scene.put(.image(.small(seed: 5)), "one", "three")
            let new = try await scene.put(.image(), "dev")
            try await body(scene, old, new)
        }
    }

    private func promote(_ scene: PromoteScene, _ more: String...) async throws -> ChildResult {
        let call = scene.call(["app:dev", "--to"] + Self.five + ["--json"] + more)
        return try await ChildProcess.run(call, timeout: 60)
    }

    @Test(
        "a tag that cannot be written brings all the others back",
        arguments: [Dialect.oci, .gitea], [(403, 77), (503, 75)])
    func rolledBack(dialect: Dialect, codes: (Int, Int)) async throws {
        try await with(dialect) { scene, old, new in
            let before = try await scene.tags()
            scene.server.faults.add(
                RegistryFault(
                    on: "PUT /v2/team/app/manifests/four", times: RegistryFault.always,
                    codes.0 == 403 ? .status(.forbidden) : .status(.serviceUnavailable)))
            let result = try await promote(scene, "--retry-for", "0")
            #expect(result.status == Int32(codes.1), "\(result.stderr)")
            expectError(result, says: ["rolled back", "every tag is as it was before"])
            #expect(try await scene.tags() == before)
            let receipt = try Receipt(result.output)
            #expect(!receipt.complete)
            #expect(
                receipt.outcomes == [
                    "one: rolled back", "two: rolled back", "three: rolled back",
                    "four: rolled back", "five: untouched",
                ])
            #expect(receipt.tags.map(\.after) == [old, nil, old, nil, nil])
            #expect(try await scene.has(new))

            scene.server.faults.clear()
            let again = try await promote(scene)
            #expect(again.status == 0, "\(again.stderr)")
            let tags = try await scene.tags()
            #expect(Self.five.allSatisfy { tags[$0] == new })
            #expect(try await scene.has(old))
        }
    }

    @Test("what cannot be put back is named, with what was to be and what is")
    func conflicted() async throws {
        try await with(.oci) { scene, old, new in
            for request in ["PUT /v2/**/manifests/three", "DELETE /v2/**"] {
                scene.server.faults.add(
                    RegistryFault(
                        on: try RequestPattern(request), times: RegistryFault.always,
                        .status(.methodNotAllowed)))
            }
            let file = scene.program.home.file("receipt.json")
            let result = try await promote(scene, "--receipt", file)
            #expect(result.status == 11, "\(result.stderr)")
            expectError(
                result,
                says: [
                    "conflicted", "tag two\n    expected: \(new)\n    or, as before: no such tag",
                    "observed: \(new)", "observed: \(old)", "not put back",
                ])
            #expect(try await scene.tags() == ["dev": new, "one": old, "two": new, "three": old])
            let receipt = try Receipt(try scene.program.home.read("receipt.json"))
            #expect(
                receipt.outcomes == [
                    "one: rolled back", "two: conflicted", "three: rolled back",
                    "four: untouched", "five: untouched",
                ])
            #expect(receipt.destinations.first?.failure?.hasPrefix("conflicted: ") == true)
        }
    }

    @Test("a reply that is lost is asked for again", arguments: [Dialect.oci, .gitea])
    func lostReply(dialect: Dialect) async throws {
        try await with(dialect) { scene, old, new in
            for tag in Self.five {
                scene.server.faults.add(
                    RegistryFault(
                        on: try RequestPattern("PUT /v2/**/manifests/\(tag)"), .loseReply))
            }
            let result = try await promote(scene)
            #expect(result.status == 0, "\(result.stderr)")
            #expect(scene.server.faults.fired.count == 5)
            let tags = try await scene.tags()
            #expect(Self.five.allSatisfy { tags[$0] == new })
        }
    }

    @Test("an interruption in the middle puts back what was written")
    func interrupted() async throws {
        try await with(.oci) { scene, old, new in
            let before = try await scene.tags()
            scene.server.faults.add(
                RegistryFault(on: "PUT /v2/**/manifests/three", .delay(.milliseconds(400))))
            let child = try ChildProcess(scene.call(["app:dev", "--to"] + Self.five))
            try await scene.fault(number: 1)
            child.signal(SIGTERM)
            let result = try await child.wait(timeout: 20)
            #expect(result.status == 143, "\(result.stderr)")
            #expect(result.stderr.contains("rolled back: one (rolled back)"), "\(result.stderr)")
            #expect(try await scene.tags() == before)
        }
    }

    @Test(
        "killed at any request, and run again, it converges", arguments: [Dialect.oci, .gitea])
    func killed(dialect: Dialect) async throws {
        try await with(dialect) { scene, old, new in
            let root = "http://\(scene.host)/v2/team/app/manifests"
            let layout = try OCILayout.image(.small(seed: 5))
            let bytes = try #require(layout.blobs[old])
            let type = try #require(layout.roots.first?.mediaType)
            var steps = 0
            while true {
                // As it was in the beginning.
                try await curl(
                    ["one", "three"].map { .put("\(root)/\($0)", bytes, type) }
                        + ["two", "four", "five"].map {
                            CurlRequest(method: "DELETE", address: "\(root)/\($0)")
                        }, isStrict: false)
                let fired = scene.server.faults.fired.count
                scene.server.faults.add(
                    RegistryFault(on: "/v2/team/app/**", skip: steps, .delay(.milliseconds(150))))
                let child = try ChildProcess(scene.call(["app:dev", "--to"] + Self.five))
                while child.isRunning, scene.server.faults.fired.count == fired {
                    try await Task.sleep(for: .milliseconds(1))
                }
                guard child.isRunning else { break }
                child.signal(SIGKILL)
                _ = try await child.wait()
                let between = try await scene.tags()
                #expect(between.values.allSatisfy { $0 == old || $0 == new })
                let result = try await promote(scene)
                #expect(result.status == 0, "step \(steps): \(result.stderr)")
                // A write that was held up when its sender died may still come through.
                let tags = try await scene.tags()
                #expect(Self.five.allSatisfy { tags[$0] == new }, "step \(steps): \(tags)")
                #expect(try await scene.has(old))
                steps += 1
            }
            // One GET, five HEADs before, five PUTs and, on Gitea, two requests for what is left.
            #expect(steps >= (dialect == .gitea ? 18 : 16))
        }
    }
}

extension PromoteScene {
    /// Waits until so many faults have struck.
    func fault(number: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while server.faults.fired.count < number {
            guard ContinuousClock.now < deadline else { throw SupportError("no fault struck") }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Puts the blobs of a layout into a repository, and no manifest.
    func putBlobs(of layout: OCILayout, in repository: String = "team/app") async throws {
        let uploads = "http://\(host)/v2/\(repository)/blobs/uploads/?digest="
        let manifests = layout.manifests.map(\.digest)
        try await curl(
            layout.blobs.filter { !manifests.contains($0.key) }.map { digest, bytes in
                CurlRequest(
                    method: "POST", address: uploads + digest, body: bytes,
                    mediaType: "application/octet-stream")
            })
    }
}
