/// An image that a registry serves.
public struct RegistryImage: PackedImage {
    /// The repository that has it.
    public let repository: Repository
    private let selector: String

    /// The image behind a tag or digest of a repository.
    public init(_ repository: Repository, selector: String) {
        self.repository = repository
        self.selector = selector
    }

    public var root: Descriptor {
        get async throws { try await find(selector).descriptor }
    }

    public func manifest(_ descriptor: Descriptor) async throws -> [UInt8] {
        try await find(descriptor.digest.description).bytes
    }

    public func blob(_ descriptor: Descriptor) -> BlobSource {
        repository.blobSource(descriptor.digest)
    }

    private func find(_ selector: String) async throws -> Manifest {
        guard let manifest = try await repository.manifest(selector) else {
            throw OCIError(
                .notFound, "no such image", subject: "\(repository.reference):\(selector)",
                advice: "'publisher tags \(repository.reference)' lists what is there")
        }
        return manifest
    }
}
