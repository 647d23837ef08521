import Foundation
import Glibc
import Synchronization

/// An OCI registry in memory, on a free loopback port, that misbehaves on request.
///
/// It speaks HTTP/1.1 without TLS. Any number of them run side by side.
public final class ScriptedRegistry: Sendable {
    /// The host and port, such as `127.0.0.1:40123`.
    public let host: String
    private let core: RegistryCore
    private let server: HTTPServer

    /// Starts a registry.
    public init(
        auth: RegistryAuth = .none, quirks: RegistryQuirks = RegistryQuirks(),
        digest: @escaping Digester = Sha256.digest
    ) throws {
        let core = RegistryCore(auth: auth, quirks: quirks, digest: digest)
        self.core = core
        server = try HTTPServer { try core.handle($0) }
        host = "127.0.0.1:\(server.port)"
    }

    deinit { stop() }

    /// Hangs up on everyone; from here on connecting is refused.
    public func stop() { server.stop() }
}

// What happened.
extension ScriptedRegistry {
    /// Every request so far, those under way included, in the order in which they arrived.
    public var requests: [LoggedRequest] { core.log.all }

    /// The requests that could change something: PUT, POST, PATCH and DELETE under `/v2/`.
    public var writes: [LoggedRequest] { requests.filter(\.isWrite) }

    /// How many requests had this method (nil is any) and this text in their path.
    public func count(method: String? = nil, pathContains: String = "") -> Int {
        requests.filter { request in
            (method == nil || request.method == method)
                && (pathContains.isEmpty || request.path.contains(pathContains))
        }.count
    }

    /// Forgets the requests so far.
    public func clearRequests() { core.log.clear() }

    /// Waits until so many such requests have arrived; false when the time is over.
    public func waitForRequests(
        _ wanted: Int = 1, method: String? = nil, pathContains: String = "", seconds: Double = 60
    ) async -> Bool {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while count(method: method, pathContains: pathContains) < wanted {
            guard clock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    /// Plans a fault.
    public func inject(_ fault: Fault) { core.faults.withLock { $0.add(fault) } }

    /// Calls off the faults that have not struck; `firedFaults` stays.
    public func clearFaults() { core.faults.withLock { $0.clear() } }

    /// The faults that have struck, in order, once for each time.
    public var firedFaults: [FiredFault] { core.faults.withLock { $0.fired } }

    /// Makes all tokens invalid.
    public func revokeTokens() { core.tokens.withLock { $0.revokeAll() } }

    /// How many tokens were handed out.
    public var issuedTokens: Int { core.tokens.withLock { $0.issued } }
}

// What it holds.
extension ScriptedRegistry {
    /// The digest that a tag points to.
    public func tag(_ repository: String, _ name: String) -> String? {
        core.state.withLock { $0.repositories[repository]?.tags[name] }
    }

    /// All tags of a repository with their digests.
    public func tags(_ repository: String) -> [String: String] {
        core.state.withLock { $0.repositories[repository]?.tags ?? [:] }
    }

    /// The bytes of a manifest.
    public func manifest(_ repository: String, _ digest: String) -> [UInt8]? {
        core.state.withLock { $0.repositories[repository]?.manifests[digest]?.bytes }
    }

    /// The digests of all manifests of a repository.
    public func manifests(_ repository: String) -> Set<String> {
        core.state.withLock { Set($0.repositories[repository]?.manifests.keys ?? [:].keys) }
    }

    /// The bytes of a blob, whichever repository holds it.
    public func blob(_ digest: String) -> [UInt8]? { core.state.withLock { $0.blobs[digest] } }

    /// The digests of all blobs of a repository.
    public func blobs(_ repository: String) -> Set<String> {
        core.state.withLock { $0.repositories[repository]?.blobs ?? [] }
    }

    /// The identifiers of the uploads that were neither finished nor cancelled.
    public var openUploads: [String] { core.state.withLock { $0.uploads.keys.sorted() } }

    /// Stores a blob and gives its digest.
    @discardableResult
    public func put(blob: [UInt8], in repository: String) -> String {
        let digest = core.digest(blob)
        core.state.withLock { $0.store(blob: blob, digest: digest, in: repository) }
        return digest
    }

    /// Stores a manifest as if pushed by digest and then under each tag; gives its digest.
    @discardableResult
    public func put(
        manifest: [UInt8], mediaType: String, in repository: String, tags: [String] = []
    ) -> String {
        let digest = core.digest(manifest)
        let content = try? JSONDecoder().decode(ManifestContent.self, from: Data(manifest))
        let stored = RegistryState.Manifest(
            bytes: manifest, mediaType: mediaType, content: content ?? ManifestContent())
        core.state.withLock { state in
            for tag in [nil] + tags.map(Optional.some) {
                core.store(stored, digest, tag: tag, in: repository, &state)
            }
        }
        return digest
    }

    /// Points a tag to a digest, or removes it, as another client would.
    public func setTag(_ repository: String, _ name: String, to digest: String?) {
        core.state.withLock { $0.repositories[repository]?.tags[name] = digest }
    }

    /// Loses a blob everywhere, as a broken storage would.
    public func loseBlob(_ digest: String) {
        core.state.withLock { state in
            state.blobs[digest] = nil
            for name in state.repositories.keys {
                state.repositories[name]?.blobs.remove(digest)
            }
        }
    }
}
