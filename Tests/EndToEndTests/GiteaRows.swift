import Foundation

/// The files in which a local registry of Gitea's dialect keeps what Gitea has rows for.
enum GiteaRows {
    /// Makes rows as many hours old as `hours` says of their digest, where it says anything.
    static func age(_ root: String, _ hours: (String) -> Int?) throws {
        let names = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
        for name in names {
            guard let bytes = FileManager.default.contents(atPath: "\(root)/\(name)"),
                bytes.count < 500
            else { continue }
            var lines = String(decoding: bytes, as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            guard lines.count >= 3, let hours = hours(lines[0]),
                let id = lines[1].split(separator: " ").first
            else { continue }
            lines[1] = "\(id) \(Int(Date().timeIntervalSince1970) - hours * 3600)"
            try Data(lines.joined(separator: "\n").utf8).write(
                to: URL(filePath: "\(root)/\(name)"))
        }
    }
}
