import Synchronization
import Testing

@testable import OCIRegistry

@Suite struct ManifestGraphTests {
    /// Manifests in memory, which counts how often each is asked for.
    private final class Memory: PackedImage {
        let root: Descriptor
        private let manifests: [Digest: [UInt8]]
        private let asked = Mutex<[Digest: Int]>([:])

        init(_ manifests: [Manifest], root: Descriptor) {
            self.root = root
            self.manifests = Dictionary(
                manifests.map { ($0.digest, $0.bytes) }, uniquingKeysWith: { $1 })
        }

        var counts: [Digest: Int] { asked.withLock { $0 } }

        func manifest(_ descriptor: Descriptor) throws -> [UInt8] {
            asked.withLock { $0[descriptor.digest, default: 0] += 1 }
            guard let bytes = manifests[descriptor.digest] else {
                throw OCIError(.notFound, "not there")
            }
            return bytes
        }

        func blob(_ descriptor: Descriptor) -> BlobSource { BlobSource(bytes: []) }
    }

    private func image(_ seed: UInt8) throws -> Manifest {
        let config = Descriptor(mediaType: .ociConfig, digest: SHA2.digest(of: [seed]), size: 1)
        let layer = Descriptor(mediaType: .ociLayerGzip, digest: SHA2.digest(of: [0]), size: 1)
        return try Manifest(
            bytes: JSON.encode(
                Manifest.Image(mediaType: .ociManifest, config: config, layers: [layer])),
            declared: .ociManifest)
    }

    private func index(_ children: [Manifest]) throws -> Manifest {
        try Manifest(
            bytes: JSON.encode(
                Manifest.Index(mediaType: .ociIndex, manifests: children.map(\.descriptor))),
            declared: .ociIndex)
    }

    @Test func sharedChildrenAreReadOnceAndStandBeforeTheirParents() async throws {
        let (one, two) = (try image(1), try image(2))
        let inner = try index([one, two])
        let outer = try index([one, inner, two, one])
        let memory = Memory([one, two, inner, outer], root: outer.descriptor)
        let graph = try await ManifestGraph(image: memory, platform: nil)
        #expect(graph.manifests.map(\.digest) == [one, two, inner, outer].map(\.digest))
        #expect(graph.blobs.count == 3)
        #expect(memory.counts.values.allSatisfy { $0 == 1 })
    }

    @Test func nestingHasALimit() async throws {
        var chain = [try image(1)]
        for _ in 0...Manifest.nestingLimit { chain.append(try index([try #require(chain.last)])) }
        let memory = Memory(chain, root: try #require(chain.last).descriptor)
        let error = await #expect(throws: OCIError.self) {
            _ = try await ManifestGraph(image: memory, platform: nil)
        }
        #expect(error?.kind == .badData)
    }
}
