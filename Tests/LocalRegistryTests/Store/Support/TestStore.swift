import NIOPosix
import SystemPackage
import TestSupport

@testable import LocalRegistry
@testable import OCIRegistry

/// A store in a folder of its own.
struct TestStore: Sendable {
    let folder: TemporaryFolder
    let store: Store
    let name: RepositoryName

    /// A grace that takes everything for old, also what the collection itself has just touched.
    static let noGrace: Int64 = -3600

    init(_ dialect: Dialect = .oci) throws {
        folder = try TemporaryFolder(prefix: "store")
        store = try Store(root: FilePath(folder.file("root")), dialect: dialect)
        name = try RepositoryName("team/app")
    }

    var own: RepositoryLayout { store.layout.repository(name) }

    /// A store that was made, prepared and let go, opened again.
    static func reopened(
        _ dialect: Dialect = .oci, prepare: (TestStore) throws -> Void
    ) throws -> TestStore {
        let folder = try {
            let first = try TestStore(dialect)
            try prepare(first)
            return first.folder
        }()
        return try TestStore(in: folder, dialect)
    }

    private init(in folder: TemporaryFolder, _ dialect: Dialect) throws {
        self.folder = folder
        store = try Store(root: FilePath(folder.file("root")), dialect: dialect)
        name = try RepositoryName("team/app")
    }

    /// Uploads a blob.
    @discardableResult
    func upload(_ text: String, to other: RepositoryName? = nil) throws -> Digest {
        try store.upload(Array(text.utf8), to: other ?? name)
    }

    /// Uploads a configuration and a layer and puts a manifest that names them.
    @discardableResult
    func push(
        _ text: String, tags: String..., subject: Descriptor? = nil,
        to other: RepositoryName? = nil
    ) throws -> SampleImage {
        let name = other ?? name
        let image = try SampleImage(
            config: Array("{\"\(text)\":1}".utf8), layer: Array(text.utf8), subject: subject)
        try upload("{\"\(text)\":1}", to: name)
        try upload(text, to: name)
        try store.put(image, tags: tags, in: name)
        return image
    }

    func has(_ digest: Digest) -> Bool { store.blobSize(digest, in: name) != nil }

    /// What a check tells.
    func problems() throws -> [String] {
        var found: [String] = []
        try store.check { found.append($0.description) }
        return found
    }
}

extension Store {
    /// Uploads a blob in one go.
    @discardableResult
    func upload(_ bytes: [UInt8], to name: RepositoryName) throws -> Digest {
        let digest = SHA2.digest(of: bytes)
        guard let upload = try startUpload(in: name), let writer = try writer(of: upload) else {
            throw SupportError("no upload is to be had")
        }
        defer { writer.close() }
        try bytes.withUnsafeBytes { try writer.append($0) }
        guard try finish(writer, as: digest, in: name) else {
            throw SupportError("the upload was refused")
        }
        return digest
    }

    /// Puts an image under tags or, without any, by its digest.
    func put(_ image: SampleImage, tags: [String], in name: RepositoryName) throws {
        guard dialect == .gitea else {
            let missing = try put(image.manifest, tags: tags.map { try Tag($0) }, in: name)
            return missing.map { _ in preconditionFailure("a sparse manifest was refused") } ?? ()
        }
        let manifest = try PackageManifest(
            bytes: image.manifest.bytes, mediaType: image.manifest.mediaType.rawValue, kind: .image)
        let names = try tags.map { VersionName.tag(try Tag($0)) }
        for version in names.isEmpty ? [.digest(image.digest)] : names {
            if let fault = try putVersion(manifest, as: version, in: name) {
                throw SupportError("\(version) was refused: \(fault)")
            }
        }
    }
}

/// Calls `body` with 0 up to `count`, each on a thread of its own.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) async throws {
    let threads = NIOThreadPool(numberOfThreads: count)
    threads.start()
    do {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask { try await threads.runIfActive { try body(number) } }
            }
            try await group.waitForAll()
        }
    } catch {
        try await threads.shutdownGracefully()
        throw error
    }
    try await threads.shutdownGracefully()
}
