import HTTPTypes

extension Repository {
    /// The manifests whose `subject` is `digest`, from the referrers API where there is one, else
    /// from the fallback tag. OCI distribution-spec, "Listing Referrers" (end-12a, end-12b).
    public func referrers(of digest: Digest, artifactType: String? = nil) async throws
        -> [Descriptor]
    {
        var found: [Descriptor] = []
        var seen: Set<Digest> = []
        func take(_ index: Manifest.Index) -> Bool {
            let new = index.manifests.filter { seen.insert($0.digest).inserted }
            found += new
            return !new.isEmpty
        }
        let answered = try await pages("referrers/\(digest)") { body in
            take(try JSON.decode(Manifest.Index.self, from: body, what: "the list of referrers"))
        }
        if !answered, let fallback = try await manifest(Self.referrersTag(digest)),
            case .index(let index) = fallback.view
        {
            _ = take(index)
        }
        return found.filter { artifactType == nil || $0.artifactType == artifactType }
    }

    /// The tag under which registries without the referrers API keep an index of referrers.
    /// OCI distribution-spec, "Referrers Tag Schema".
    static func referrersTag(_ digest: Digest) -> String {
        "\(digest.algorithm.rawValue)-\(digest.hex.prefix(64))"
    }
}
