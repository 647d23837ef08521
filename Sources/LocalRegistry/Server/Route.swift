import OCIRegistry

/// What a path asks for. The names in it are as sent, checked by nobody yet.
///
/// A repository's name has any number of components, and these may be the words that end the paths
/// (`blobs`, `manifests`, `tags`): so a path is read from its end.
enum Route: Hashable {
    /// `/v2/`
    case base
    /// `/v2/_catalog`
    case catalog
    /// `/v2/NAME/tags/list`
    case tags(name: String)
    /// `/v2/NAME/manifests/REFERENCE`
    case manifest(name: String, reference: String)
    /// `/v2/NAME/blobs/DIGEST`
    case blob(name: String, digest: String)
    /// `/v2/NAME/blobs/uploads/`
    case uploads(name: String)
    /// `/v2/NAME/blobs/uploads/SESSION`
    case upload(name: String, session: String)
    /// `/v2/NAME/referrers/DIGEST`
    case referrers(name: String, digest: String)
    /// Anything that is not below `/v2`, as its decoded components.
    case other([String])
    /// Below `/v2`, but nothing that a registry has.
    case unknown

    /// Reads a path, still percent-encoded and without its query.
    ///
    /// With `collapsingSlashes`, several slashes are one.
    init(path: String, collapsingSlashes: Bool = false) {
        var parts: [String] = []
        for part in path.drop(while: { $0 != "/" }).dropFirst()
            .split(separator: "/", omittingEmptySubsequences: collapsingSlashes)
        {
            // A component that holds a slash or is no UTF-8 after decoding names nothing: as it was
            // sent, it is no legal name, tag or digest either.
            if let decoded = PercentEncoding.decode(part.utf8), !decoded.contains("/"),
                !decoded.utf8.contains(0)
            {
                parts.append(decoded)
            } else {
                parts.append(String(part))
            }
        }
        // The slash that ends `/v2/` and `uploads/`. Any other empty component stays, for it makes a
        // repository's name illegal.
        if parts.last == "" { parts.removeLast() }
        guard parts.first == "v2" else {
            self = .other(parts.filter { !$0.isEmpty })
            return
        }
        self.init(registryPath: Array(parts.dropFirst()))
    }

    private init(registryPath parts: [String]) {
        func name(_ dropping: Int) -> String { parts.dropLast(dropping).joined(separator: "/") }
        let count = parts.count
        let last = count >= 1 ? parts[count - 1] : ""
        let second = count >= 2 ? parts[count - 2] : ""
        let third = count >= 3 ? parts[count - 3] : ""
        self =
            switch (third, second, last) {
            case (_, _, "") where count == 0: .base
            case (_, "", "_catalog") where count == 1: .catalog
            case ("blobs", "uploads", _) where count >= 4: .upload(name: name(3), session: last)
            case (_, "blobs", "uploads") where count >= 3: .uploads(name: name(2))
            case (_, "tags", "list") where count >= 3: .tags(name: name(2))
            case (_, "manifests", _) where count >= 3:
                .manifest(name: name(2), reference: last)
            case (_, "blobs", _) where count >= 3: .blob(name: name(2), digest: last)
            case (_, "referrers", _) where count >= 3: .referrers(name: name(2), digest: last)
            default: .unknown
            }
    }
}
