/// An image in a Docker Engine, from what its API answers: `docker-daemon:NAME[:TAG]`.
///
/// The engine exports an image as one tar stream, layers before the documents that say what they
/// are, and makes the whole of it anew for each request.
public struct EngineStream: Sendable {
    /// What the image is called in messages.
    public var name: String
    /// The answer to `GET /images/NAME/json`.
    public var inspect: @Sendable () async throws -> [UInt8]
    /// The answer to `GET /images/NAME/get`: a plain tar archive.
    public var save: @Sendable () async throws -> any ByteReader
    /// How an export that breaks off is met, where no verb of ``Repository`` does that.
    public var retry: RetryPolicy

    /// Whether layers are read from the engine's storage where this process may: without an
    /// export, which copies the whole image to the engine's disk before its first byte.
    public var readsStorage: Bool

    /// Takes the two requests.
    public init(
        name: String, retry: RetryPolicy = RetryPolicy(), readsStorage: Bool = false,
        inspect: @escaping @Sendable () async throws -> [UInt8],
        save: @escaping @Sendable () async throws -> any ByteReader
    ) {
        self.name = name
        self.retry = retry
        self.readsStorage = readsStorage
        self.inspect = inspect
        self.save = save
    }

    /// Opens the image. Only where an engine does not say which kind of store it has is the image
    /// exported for that.
    ///
    /// Throws what the requests throw, and ``OCIError`` (protocol) when the answer is not an
    /// image's.
    public func open() async throws -> OpenedImage {
        let answer = try Inspection(bytes: try await inspect(), name: name)
        switch answer.store {
        case .containerd(let root):
            return .packed(OCILayoutStream(name, root: .known(root), retry: retry, open: save))
        case .classic:
            return .unpacked(try classic(answer))
        case .unknown:
            let survey = try await OCILayoutStream.survey(name, retry, save)
            if let document = survey.documents[answer.id],
                let manifest = try? Manifest(bytes: document, declared: nil)
            {
                let root = manifest.descriptor
                return .packed(
                    OCILayoutStream(
                        name, root: .known(root), survey: survey, retry: retry, open: save))
            }
            return .unpacked(try classic(answer, config: survey.documents[answer.id]))
        }
    }

    private func classic(
        _ answer: Inspection, config: [UInt8]? = nil
    ) throws(OCIError) -> EngineImage {
        guard let diffIDs = answer.diffIDs else {
            throw OCIError(
                .protocolViolation, "the Docker Engine does not say which layers the image has",
                subject: name)
        }
        let store =
            readsStorage
            ? answer.upperDirectory.flatMap {
                EngineStore(upperDirectory: $0, configDigest: answer.id, diffIDs: diffIDs)
            } : nil
        return EngineImage(
            name: name, configDigest: answer.id, diffIDs: diffIDs, config: config, store: store,
            save: save)
    }

    /// What is of use in the answer to an inspect request.
    private struct Inspection {
        enum Store {
            /// Configuration and uncompressed layers; the image's ID is the configuration's digest.
            case classic
            /// Content as it is in a registry, this at the top.
            case containerd(Descriptor)
            case unknown
        }

        var id: Digest
        var diffIDs: [Digest]?
        var store: Store
        /// Where the topmost layer's files are, with the overlay2 driver.
        var upperDirectory: String?

        init(bytes: [UInt8], name: String) throws(OCIError) {
            struct Answer: Decodable {
                struct RootFS: Decodable { var Layers: [Digest]? }
                struct GraphDriver: Decodable {
                    var Name: String?
                    var Data: [String: String]?
                }
                var Id: Digest
                var RootFS: RootFS?
                var GraphDriver: GraphDriver?
                var Descriptor: OCIRegistry.Descriptor?
            }
            let answer: Answer
            do throws(OCIError) {
                answer = try JSON.decode(
                    Answer.self, from: bytes, what: "what it says of the image")
            } catch {
                throw OCIError(
                    .protocolViolation,
                    "the Docker Engine's answer cannot be read: "
                        + error.message, subject: name)
            }
            id = answer.Id
            diffIDs = answer.RootFS?.Layers
            if answer.GraphDriver?.Name == "overlay2" {
                upperDirectory = answer.GraphDriver?.Data?["UpperDir"]
            }
            if let descriptor = answer.Descriptor, descriptor.mediaType.isManifest {
                store = .containerd(descriptor)
            } else if let driver = answer.GraphDriver?.Name, Self.classicDrivers.contains(driver) {
                store = .classic
            } else {
                store = .unknown
            }
        }

        /// Storage drivers that are not also the name of a containerd snapshotter.
        private static let classicDrivers: Set = [
            "overlay2", "overlay", "aufs", "vfs", "devicemapper", "windowsfilter",
        ]
    }
}
