public import OCIRegistry

/// A branch or tag of a git repository by its full name, as `GITHUB_REF` has it.
public struct GitRef: Sendable, Hashable, CustomStringConvertible {
    /// The whole name: `refs/heads/main`, `refs/tags/v2026.7.10`.
    public let description: String

    /// Checks a name. Throws ``OCIError`` (usage) for what is no full name of a branch or tag.
    ///
    /// git-check-ref-format(1).
    public init(_ text: some StringProtocol) throws(OCIError) {
        let text = String(text)
        let components = text.split(separator: "/", omittingEmptySubsequences: false)
        let isLegal =
            components.count >= 3 && components[0] == "refs"
            && ["heads", "tags", "pull"].contains(components[1])
            && components.allSatisfy(Self.isLegal) && !text.contains("..") && !text.contains("@{")
            && text.utf8.count <= 1024
        guard isLegal else {
            throw OCIError(
                .usage, "'\(text.prefix(200))' is not the full name of a branch or tag",
                advice: "write it out: refs/heads/main, or refs/tags/v1.2.3")
        }
        description = text
    }

    /// The branch; nil where it is none.
    public var branch: String? { rest(after: "refs/heads/") }
    /// The tag; nil where it is none.
    public var tag: String? { rest(after: "refs/tags/") }

    private func rest(after prefix: String) -> String? {
        description.hasPrefix(prefix) ? String(description.dropFirst(prefix.count)) : nil
    }

    private static func isLegal(_ component: Substring) -> Bool {
        isLegalText(component) && component.first != "." && !component.hasSuffix(".lock")
            && component.last != "." && !component.isEmpty
    }

    private static func isLegalText(_ component: Substring) -> Bool {
        component.unicodeScalars.allSatisfy { scalar in
            scalar.value > 0x20 && scalar.value != 0x7f
                && !"~^:?*[\\".unicodeScalars.contains(scalar)
        }
    }
}
