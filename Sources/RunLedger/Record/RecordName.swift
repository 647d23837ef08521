public import OCIRegistry

/// The tag of a record: `run-<run>-<attempt>-<job>-<h8>`, in lower case, where `h8` is the beginning
/// of the statement's hash. A retry of the same statement has the same name, anything else another.
public enum RecordName {
    /// The tag of a record with this payload.
    public static func tag(_ run: RunIdentity, payload: [UInt8]) -> Tag {
        tag(stem(run) + hash(payload))
    }

    /// What the tag of a record with this payload ends in.
    static func hash(_ payload: [UInt8]) -> Substring { SHA2.digest(of: payload).hex.prefix(8) }

    /// What a record's tag ends in.
    static func hash(of tag: Tag) -> Substring { tag.description.suffix(8) }

    /// What the tags of a job's records begin with.
    public static func stem(_ run: RunIdentity) -> String {
        // At most 4 + 40 + 1 + 10 + 1 + 60 + 1 letters before the hash, of the 128 that a tag may have.
        prefix(run: run.id) + "\(run.attempt)-\(word(run.job, limit: 60, dash: true))-"
    }

    /// What the tags of a run's records begin with.
    public static func prefix(run id: String) -> String {
        "run-\(word(id, limit: 40, dash: false))-"
    }

    /// Whether a tag could be a record's.
    public static func isRecord(_ tag: Tag) -> Bool {
        let parts = tag.description.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[0] == "run", let hash = parts.last, hash.utf8.count == 8
        else {
            return false
        }
        return Int(parts[2]) != nil && hash.allSatisfy(\.isHexDigit)
    }

    /// The tag of the record that names the digest of an image with a baked identity.
    public static func tag(identity: String) -> Tag {
        tag("identity-" + SHA2.digest(of: Array(identity.utf8)).hex.prefix(40))
    }

    private static func tag(_ text: String) -> Tag {
        guard let tag = try? Tag(text) else { preconditionFailure("'\(text)' is no tag") }
        return tag
    }

    /// A name as part of a tag. Gitea folds case, so all of it is lower.
    private static func word(_ text: String, limit: Int, dash: Bool) -> String {
        let legal = text.lowercased().utf8.map { byte in
            let isLegal =
                byte < 0x80 && RunIdentity.isWord(byte) || dash && byte == UInt8(ascii: "-")
            return isLegal ? byte : UInt8(ascii: "_")
        }
        return legal.isEmpty ? "_" : String(decoding: legal.prefix(limit), as: UTF8.self)
    }
}
