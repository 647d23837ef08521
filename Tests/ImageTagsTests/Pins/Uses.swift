import ImageTags
import OCIRegistry

/// Uses of images as short texts, for tables of cases.
enum Uses {
    static let digest = "sha256:" + String(repeating: "a", count: 64)
    static let other = "sha256:" + String(repeating: "b", count: 64)

    /// Each use as `kind written`, then `-> reference` without its digest, or `! reason`.
    static func lines(_ found: FoundImages) -> [String] {
        found.uses.map { use in
            switch use.outcome {
            case .reference(let reference, _):
                let digest = reference.digest.map { _ in "@" } ?? ""
                return "\(use.kind.rawValue) \(use.written) -> \(short(reference))\(digest)"
            case .skipped(let reason):
                return "\(use.kind.rawValue) \(use.written) ! \(name(reason))"
            }
        }
    }

    private static func short(_ reference: Reference) -> String {
        var name = reference.name
        for prefix in ["docker.io/library/", "docker.io/"] where name.hasPrefix(prefix) {
            name.removeFirst(prefix.count)
            break
        }
        return name + (reference.tag.map { ":\($0)" } ?? "")
    }

    private static func name(_ reason: SkipReason) -> String {
        switch reason {
        case .scratch: "scratch"
        case .stage: "stage"
        case .localBuild: "built"
        case .noImage: "no image"
        case .noValue(let names): "no value: \(names.joined(separator: " "))"
        case .perPlatform(let name): "per platform: \(name)"
        case .expression: "expression"
        case .notExpanded: "not expanded"
        case .unknownExpansion(let text): "unknown: \(text)"
        case .template: "template"
        case .escaped: "escaped"
        case .scatteredDigest: "scattered"
        case .inlineDockerfile: "inline"
        case .partOfReference: "part"
        case .notAReference: "no reference"
        }
    }

    /// The file with every image pinned, and the uses in it.
    static func pinned(_ found: FoundImages, _ bytes: [UInt8], path: String) throws -> [UInt8] {
        let edits = found.uses.compactMap(\.spot).filter { $0.path == path }
            .map {
                PinEdit(path: path, range: $0.range, replacement: ($0.isPinned ? "" : "@") + digest)
            }
        return try PinEdit.apply(edits, to: bytes)
    }
}
