/// Tells which layer a directory of a legacy `docker save` archive holds, before its content.
///
/// Such a directory is called after a hash that the engine takes of the directory's `json` without
/// its `id`, with the layer's chain ID as `layer_id` and the parent's hash as `parent`; all names
/// sorted. Each possible layer is tried, so a match is a proof. moby, image/v1, CreateID.
struct LegacyLayerID {
    /// The largest `json` that is looked at, in bytes.
    static let documentLimit = 1 << 20

    private let diffIDs: [Digest]
    private let chainIDs: [Digest]

    /// Takes an image's diffIDs, from the lowest up.
    init(_ diffIDs: [Digest]) {
        self.diffIDs = diffIDs
        chainIDs = Self.chain(diffIDs)
    }

    /// The chain IDs. OCI image-spec, config.md, "Layer ChainID".
    static func chain(_ diffIDs: [Digest]) -> [Digest] {
        var chain: [Digest] = []
        for diffID in diffIDs {
            chain.append(
                chain.last.map { SHA2.digest(of: Array("\($0) \(diffID)".utf8)) } ?? diffID)
        }
        return chain
    }

    /// The diffID of the layer in the directory called `id` with this `json`; nil when no layer
    /// of the image gives that name.
    func diffID(_ id: String, json: [UInt8]) -> Digest? {
        guard var members = JSONMembers(json), members.string("id") == id else { return nil }
        members.values["id"] = nil
        let parent = members.string("parent").map { $0.hasPrefix("sha256:") ? $0 : "sha256:" + $0 }
        members.values["parent"] = parent.map { Array("\"\($0)\"".utf8)[...] }
        // The engine adds `os` after hashing where the document is not the image's own.
        for dropped in ["os", nil] {
            var members = members
            if let dropped { members.values[dropped] = nil }
            for (index, chainID) in chainIDs.enumerated() where (index == 0) == (parent == nil) {
                members.values["layer_id"] = Array("\"\(chainID)\"".utf8)[...]
                if SHA2.digest(of: members.sorted).hex == id { return diffIDs[index] }
            }
        }
        return nil
    }
}
