import Glibc
import OCIRegistry

extension PublishReceipt {
    private static let currentType = "publisher.receipt.v1"
    private static let sizeLimit = 16 << 20

    /// Reads a receipt of at most 16 MiB.
    ///
    /// Throws ``OCIError``: not found where the file cannot be read, bad data for what is no receipt.
    init(file path: String) throws(OCIError) {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw Self.unreadable(path) }
        defer { close(opened) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(opened, &buffer, buffer.count)
            guard count >= 0 else { throw Self.unreadable(path) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            guard bytes.count <= Self.sizeLimit else {
                throw OCIError(.badData, "is too large for a receipt", subject: path)
            }
        }
        struct Probe: Decodable { var type: String }
        let type = try JSON.decode(Probe.self, from: bytes, what: "the receipt \(path)").type
        guard type == Self.currentType else {
            throw OCIError(
                .badData, "is of type '\(type)', not \(Self.currentType)", subject: path,
                advice: "give a receipt of 'publisher publish' or 'publisher promote'")
        }
        self = try JSON.decode(Self.self, from: bytes, what: "the receipt \(path)")
    }

    private static func unreadable(_ path: String) -> OCIError {
        OCIError(
            .notFound, "the receipt cannot be read: \(String(cString: strerror(errno)))",
            subject: path)
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
