import Foundation
import HTTPTypes
import LocalRegistry
import TestSupport
import Testing

/// Two publishes of one image at the same moment.
@Suite struct PublishRaceTests {
    private static let aliases = ["dev", "main"]

    @Test(
        "of two that race for the aliases, both receipts say truly what came of it, 20 times",
        arguments: [Dialect.oci, .gitea])
    func race(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let sources = try (0..<2).map { try scene.archive(PublishScene.image($0)) }
            let digests = try await [scene.published(0), scene.published(1)]
            for round in 1...20 {
                // As if none had ever been: both find the aliases free.
                try await curl(
                    Self.aliases.map {
                        CurlRequest(
                            method: "DELETE",
                            address: "http://\(registry.host)/v2/team/app/manifests/\($0)")
                    }, isStrict: false)
                async let first = scene.publish(sources[0], 0, "--json")
                async let second = scene.publish(sources[1], 1, "--json")
                let results = try await [first, second]
                let receipts = try results.map { try Receipt($0.output) }
                let served = try await registry.tags()
                for (receipt, (result, digest)) in zip(receipts, zip(results, digests)) {
                    #expect(receipt.complete == (result.status == 0), "\(result.stderr)")
                    for tag in receipt.tags where ["created", "moved"].contains(tag.outcome) {
                        #expect(tag.after == digest && tag.verified != nil)
                    }
                    if receipt.complete {
                        let outcomes = Set(receipt.tags.map(\.outcome))
                        #expect(
                            outcomes.isSubset(of: ["created", "moved", "already", "superseded"]))
                    }
                }
                for alias in Self.aliases {
                    // What is there in the end, one of them has read back.
                    let said = receipts.flatMap(\.tags).filter {
                        $0.tag == alias && $0.verified != nil
                    }
                    #expect(
                        said.map(\.after).contains(served[alias]), "round \(round): \(said)")
                }
                #expect(served["sha-aaaaaaa"] == digests[0] && served["sha-bbbbbbb"] == digests[1])
            }
            for digest in digests { #expect(try await registry.has(digest)) }
        }
    }

    @Test(
        "an alias that a newer publish takes in the middle is left to it",
        arguments: [Dialect.oci, .gitea])
    func overtaken(dialect: Dialect) async throws {
        try await PublishScene.with(dialect) { scene, registry in
            let source = try scene.archive(PublishScene.image(0))
            registry.server.faults.add(
                RegistryFault(on: "PUT /v2/team/app/manifests/dev", .delay(.seconds(8))))
            let call = scene.call(["app", "--from", source, "--json"], 0)
            async let older = ChildProcess.run(call, timeout: 60)
            try await registry.fault(number: 1)
            let newer = try await scene.published(1)
            let result = try await older
            #expect(result.status == 0, "\(result.stderr)")
            let receipt = try Receipt(result.output)
            try await registry.expectServed(receipt)
            #expect(receipt.outcomes.contains("main: superseded"))
            let tags = try await registry.tags()
            #expect(tags["main"] == newer)
            #expect(tags["sha-aaaaaaa"] == receipt.destinations.first?.digest)
        }
    }
}
