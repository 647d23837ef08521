import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// Several images in one go.
@Suite struct PublishManyTests {
    private static let names = ["app", "tool", "web"]

    /// Runs `body` beside a registry of each dialect that three images go to.
    private func with(
        _ body: (PublishScene, [PromoteScene], _ sources: [String]) async throws -> Void
    ) async throws {
        try await PromoteScene.with(.oci, .gitea) { registries in
            let hosts = zip(["one", "two"], registries).map { ($0, $1.host, "\($1.dialect)") }
            let scene = try PublishScene(hosts)
            try scene.configure(images: Self.names)
            let sources = try Self.names.indices.map {
                try scene.archive(PublishScene.image(0, seed: UInt64(30 + $0)))
            }
            try await body(scene, registries, sources)
        }
    }

    private func arguments(_ sources: [String], _ more: String...) -> [String] {
        Self.names + sources.flatMap { ["--from", $0] } + more
    }

    @Test("three images go to two registries at the same time, each with a receipt")
    func parallel() async throws {
        try await with { scene, registries, sources in
            for registry in registries {
                registry.server.faults.add(
                    RegistryFault(
                        on: "PUT /v2/**/manifests/sha256:*", times: 3, .delay(.seconds(10))))
            }
            let files = Self.names.map { scene.program.home.file("\($0).json") }
            let call = scene.call(
                arguments(sources) + files.flatMap { ["--receipt", $0] }, 0,
                ["GITHUB_OUTPUT": scene.program.home.file("out")])
            async let running = ChildProcess.run(call, timeout: 120)
            // All six are under way before any has come to its tags.
            for registry in registries { try await registry.fault(number: 3) }
            for registry in registries {
                for name in Self.names { #expect(try await registry.tags("team/\(name)").isEmpty) }
            }
            let result = try await running
            try #require(result.status == 0, "\(result.stderr)")
            var lines = ""
            var outputs = ""
            for (name, file) in zip(Self.names, files) {
                let receipt = try Receipt(try scene.program.home.read("\(name).json"))
                #expect(receipt.complete && receipt.destinations.count == 2)
                for registry in registries { try await registry.expectServed(receipt) }
                let digest = try #require(receipt.destinations.first?.digest)
                lines += "\(name) \(digest)\n"
                outputs += "\(name)-digest=\(digest)\n"
                outputs += "\(name)-reference=\(registries[0].host)/team/\(name)@\(digest)\n"
                outputs += "\(name)-receipt=\(file)\n"
            }
            #expect(result.stdout == lines)
            let left = try scene.program.home.read("out")
            #expect(String(decoding: left, as: UTF8.self) == outputs)

            for registry in registries { registry.record() }
            let again = try await ChildProcess.run(
                scene.call(arguments(sources, "--json")), timeout: 60)
            #expect(again.status == 0, "\(again.stderr)")
            #expect(registries.flatMap(\.writes).isEmpty)
            let receipts = try JSONDecoder().decode([Receipt].self, from: Data(again.output))
            #expect(receipts.map(\.image) == Self.names)
            #expect(receipts.flatMap(\.tags).allSatisfy { $0.outcome == "already" })
        }
    }

    @Test("one image that is refused keeps all from being written")
    func refused() async throws {
        try await with { scene, registries, sources in
            let stranger = try scene.archive(PublishScene.image(1))
            for registry in registries { registry.record() }
            let label = try await ChildProcess.run(
                scene.call(arguments([sources[0], stranger, sources[2]])))
            #expect(label.status == 10, "\(label.stderr)")
            expectError(label, says: ["image 'tool'", "nothing was written"])
            let missing = try await ChildProcess.run(
                scene.call(arguments([sources[0], sources[1], "oci:nowhere"])))
            #expect(missing.status == 66, "\(missing.stderr)")
            #expect(registries.flatMap(\.writes).isEmpty)

            _ = try await registries[1].put(
                .image(PublishScene.image(0, seed: 99)), "sha-aaaaaaa", in: "team/web")
            for registry in registries { registry.record() }
            let conflict = try await ChildProcess.run(scene.call(arguments(sources)))
            #expect(conflict.status == 10, "\(conflict.stderr)")
            expectError(conflict, says: ["team/web:sha-aaaaaaa", "immutable"])
            #expect(registries.flatMap(\.writes).isEmpty)
        }
    }

    @Test("what fails for one image keeps no other from being published")
    func failing() async throws {
        try await with { scene, registries, sources in
            registries[0].server.faults.add(
                RegistryFault(
                    on: "PUT /v2/team/tool/**", times: RegistryFault.always, .status(.forbidden)))
            let result = try await ChildProcess.run(
                scene.call(arguments(sources, "--json")), timeout: 60)
            #expect(result.status == 77, "\(result.stderr)")
            let receipts = try JSONDecoder().decode([Receipt].self, from: Data(result.output))
            #expect(receipts.map(\.complete) == [true, false, true])
            #expect(receipts[1].destinations.map(\.complete) == [false, true])
            for receipt in receipts {
                for registry in registries { try await registry.expectServed(receipt) }
            }
        }
    }

    @Test("images, sources and receipts are as many, and each is named once")
    func usage() async throws {
        let program = try Program()
        for (arguments, text) in [
            (["a", "b", "--from", "x"], "images 2, --from 1"),
            (["a", "--from", "x", "--from", "y"], "images 1, --from 2"),
            (
                ["a", "b", "--from", "x", "--from", "y", "--receipt", "r"],
                "images 2, --receipt 1"
            ),
            (["a", "a", "--from", "x", "--from", "y"], "named twice"),
        ] {
            let result = try await ChildProcess.run(program.call(["publish"] + arguments))
            #expect(result.status == 64, "\(result.stderr)")
            #expect(result.stderr.contains(text), "\(result.stderr)")
        }
    }
}
