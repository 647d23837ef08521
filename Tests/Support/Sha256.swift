import Glibc

/// Gives a digest such as `sha256:9f86…` for bytes.
public typealias Digester = @Sendable ([UInt8]) -> String

/// SHA-256 by the system's libcrypto, independent of the hashing under test.
public enum Sha256 {
    /// The digest of the bytes, with its algorithm in front.
    public static let digest: Digester = { "sha256:" + hex($0) }

    /// The 64 hexadecimal digits alone.
    public static func hex(_ bytes: [UInt8]) -> String {
        var hash = [UInt8](repeating: 0, count: 32)
        _ = function(bytes, bytes.count, &hash)
        return hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private typealias Function =
        @convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?)
        -> UnsafeMutablePointer<UInt8>?

    private static let function: Function = {
        let names = ["libcrypto.so.3", "libcrypto.so"]
        guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first,
            let symbol = dlsym(library, "SHA256")
        else { fatalError("libcrypto (OpenSSL 3) is not installed") }
        return unsafeBitCast(symbol, to: Function.self)
    }()
}
