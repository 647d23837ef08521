import OCIRegistry

extension PublishReceipt {
    private static let currentType = "publisher.receipt.v1"
    private static let sizeLimit = 16 << 20

    /// Reads a receipt of at most 16 MiB.
    ///
    /// Throws ``OCIError``: not found where the file cannot be read, bad data for what is no receipt.
    init(file path: String) throws(OCIError) {
        guard
            let (bytes, _) = try LocalFile.read(path, limit: Self.sizeLimit, what: "the receipt")
        else {
            throw OCIError(.notFound, "there is no such receipt", subject: path)
        }
        try self.init(document: bytes, path: path)
    }

    /// Reads a receipt's document; `path` is where it came from. Throws ``OCIError`` (bad data) for what is
    /// no receipt.
    init(document bytes: [UInt8], path: String) throws(OCIError) {
        struct Probe: Decodable { var type: String }
        let type = try JSON.decode(Probe.self, from: bytes, what: "the receipt \(path)").type
        guard type == Self.currentType else {
            throw OCIError(
                .badData, "is of type '\(type)', not \(Self.currentType)", subject: path,
                advice: "give a receipt of 'publisher publish' or 'publisher promote'")
        }
        self = try JSON.decode(Self.self, from: bytes, what: "the receipt \(path)")
    }

    /// What it claims, a repository each.
    var claims: [Claim] {
        get throws(OCIError) {
            var claims: [Claim] = []
            for destination in destinations { claims.append(try Claim(destination)) }
            return claims
        }
    }
}
