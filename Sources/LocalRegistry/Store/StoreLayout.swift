import OCIRegistry

/// Where things are in the root folder.
///
/// ```
/// local-registry.json                  what this folder is
/// lock                                 held while a server runs
/// blobs/sha256/ab/abcd…                every blob once
/// repositories/NAME/_blobs/sha256/abcd…        the same file under a second name: this repository has it
///                  /_manifests/sha256/abcd…    a line with the media type, then the manifest's bytes
///                  /_tags/TAG                  the digest
///                  /_holders/sha256-abcd…/TAG  which tags to look at for a digest; a hint
///                  /_referrers/sha256-SUBJECT/sha256-abcd…  the referrer's descriptor
///                  /_versions/sha256/abcd…     Gitea only: pushed by digest; as a tag's file, it has
///                                              the manifest's digest, the row's number and time
///                  /_awaited/sha256/abcd…      Gitea only: uploaded and named by no manifest yet
///                  /_types/sha256/abcd…        Gitea only: a blob's media type
/// tmp/                                 uploads, and files about to get their names
/// ```
///
/// No component of a repository's name starts with `_`.
struct StoreLayout: Sendable {
    let root: String

    var marker: String { root + "/local-registry.json" }
    var lock: String { root + "/lock" }
    var temporary: String { root + "/tmp" }
    var blobs: String { root + "/blobs" }
    var repositories: String { root + "/repositories" }

    func blob(_ digest: Digest) -> String {
        "\(blobs)/\(digest.algorithm.rawValue)/\(digest.hex.prefix(2))/\(digest.hex)"
    }

    func repository(_ name: RepositoryName) -> RepositoryLayout {
        RepositoryLayout(folder: "\(repositories)/\(name)")
    }

    /// A new name in the folder for files that have none yet.
    func newTemporary() -> String { "\(temporary)/\(Self.newIdentifier())" }

    /// 25 lower-case letters and digits that nobody can guess: about 129 bits.
    static func newIdentifier() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<25).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
    }
}

/// Where a repository's things are.
struct RepositoryLayout: Sendable {
    let folder: String

    var blobs: String { folder + "/_blobs" }
    var manifests: String { folder + "/_manifests" }
    var tags: String { folder + "/_tags" }
    var holders: String { folder + "/_holders" }
    var referrers: String { folder + "/_referrers" }
    var versions: String { folder + "/_versions" }
    var awaited: String { folder + "/_awaited" }
    var types: String { folder + "/_types" }

    func blob(_ digest: Digest) -> String { path(blobs, digest) }
    func manifest(_ digest: Digest) -> String { path(manifests, digest) }
    func version(_ digest: Digest) -> String { path(versions, digest) }
    func awaited(_ digest: Digest) -> String { path(awaited, digest) }
    func type(of blob: Digest) -> String { path(types, blob) }
    func path(of version: VersionName) -> String {
        switch version {
        case .tag(let tag): self.tag(tag)
        case .digest(let digest): self.version(digest)
        }
    }
    func tag(_ tag: Tag) -> String { "\(tags)/\(tag)" }
    func holders(of digest: Digest) -> String { "\(holders)/\(Self.name(digest))" }
    func referrers(of digest: Digest) -> String { "\(referrers)/\(Self.name(digest))" }

    /// A digest as one file name.
    static func name(_ digest: Digest) -> String { "\(digest.algorithm.rawValue)-\(digest.hex)" }

    /// The digest that ``name(_:)`` gave.
    static func digest(_ name: String) -> Digest? {
        let parts = name.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let algorithm = Digest.Algorithm(rawValue: String(parts[0])) else {
            return nil
        }
        return Digest(algorithm, hex: parts[1])
    }

    /// The digests that a folder of `ALGORITHM/HEX` holds.
    static func digests(
        in folder: String, _ body: (Digest) throws(StoreError) -> Void
    ) throws(StoreError) {
        for algorithm in Digest.Algorithm.allCases {
            try StoreFiles.names(in: "\(folder)/\(algorithm.rawValue)") { name throws(StoreError) in
                if let digest = Digest(algorithm, hex: name) { try body(digest) }
            }
        }
    }

    /// The file of a digest in one of the folders that have one for each.
    func path(_ folder: String, _ digest: Digest) -> String {
        "\(folder)/\(digest.algorithm.rawValue)/\(digest.hex)"
    }
}
