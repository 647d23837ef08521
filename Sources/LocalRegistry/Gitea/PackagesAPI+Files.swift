import Crypto
import HummingbirdCore
import OCIRegistry

/// The files of a version, with the checksums that Gitea keeps of each.
extension PackagesAPI {
    /// A file.
    struct File: Encodable {
        let id: Int64
        let size: Int64
        let name: String
        let md5: String
        let sha1: String
        let sha256: String
        let sha512: String
    }

    /// Every file is read whole: nothing but its SHA-256 is kept.
    func files(of version: PackageVersion, _ name: RepositoryName) async throws -> Response {
        let store = gitea.store
        let files = try await gitea.disk.run {
            try store.files(of: version, in: name).enumerated().map { index, file in
                let sums = try Checksums(store, file, in: name)
                return File(
                    id: version.id << 20 | Int64(index), size: file.size, name: file.name,
                    md5: sums.md5, sha1: sums.sha1, sha256: file.digest.hex, sha512: sums.sha512)
            }
        }
        return .json(files)
    }

    private struct Checksums {
        let md5: String
        let sha1: String
        let sha512: String

        init(_ store: Store, _ file: PackageFile, in name: RepositoryName) throws {
            var (md5, sha1, sha512) = (Insecure.MD5(), Insecure.SHA1(), SHA512())
            func add(_ bytes: [UInt8]) {
                md5.update(data: bytes)
                sha1.update(data: bytes)
                sha512.update(data: bytes)
            }
            if file.isManifest {
                let bytes = try store.manifest(file.digest, in: name)?.bytes()
                add(bytes ?? [])
            } else if let blob = try store.blob(file.digest, in: name) {
                for offset in stride(from: 0, to: blob.size, by: 1 << 20) {
                    add(try blob.read(at: offset, count: 1 << 20))
                }
            }
            self.md5 = Self.text(md5.finalize())
            self.sha1 = Self.text(sha1.finalize())
            self.sha512 = Self.text(sha512.finalize())
        }

        private static func text(_ digest: some Sequence<UInt8>) -> String {
            digest.map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
        }
    }
}
