/// The host of a registry, with its port where one is given: `git.example.org`, `localhost:5000`,
/// `[::1]:5000`.
public struct RegistryHost: Sendable, Hashable, CustomStringConvertible {
    /// The host and port as written in a reference, in lower case.
    public let description: String

    /// Docker Hub, which answers on a host other than its name.
    public static let dockerHub = RegistryHost(unchecked: "docker.io")

    /// Checks a host. Throws ``OCIError`` (usage) when it could not be one.
    public init(_ text: some StringProtocol) throws(OCIError) {
        let (name, port) = Self.split(text.lowercased())
        let legalName =
            name.hasPrefix("[")
            ? name.hasSuffix("]")
                && name.utf8.dropFirst().dropLast().allSatisfy {
                    ASCII.isDigit($0) || (0x61...0x66).contains($0) || $0 == UInt8(ascii: ":")
                        || $0 == UInt8(ascii: ".")
                }
            : !name.isEmpty
                && name.utf8.allSatisfy {
                    ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
                        || $0 == UInt8(ascii: "_")
                }
        let legalPort = port.map { Int($0).map { (1...65535).contains($0) } ?? false } ?? true
        guard legalName, legalPort else {
            throw OCIError(
                .usage, "'\(text.prefix(200))' is not a registry host",
                advice: "a host is a name or an address, with ':port' where it is not the default")
        }
        let lowered = text.lowercased()
        self.description =
            ["index.docker.io", "registry-1.docker.io"].contains(lowered) ? "docker.io" : lowered
    }

    private init(unchecked: String) { description = unchecked }

    /// Where requests go: the host itself, but for Docker Hub.
    public var endpoint: String { self == .dockerHub ? "registry-1.docker.io" : description }

    /// The name or address without a port.
    public var name: String { Self.split(description).name }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    public var isLoopback: Bool {
        if name == "localhost" || name == "[::1]" { return true }
        let octets = name.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
    }

    private static func split(_ text: String) -> (name: String, port: String?) {
        let bracket = text.lastIndex(of: "]")
        guard let colon = text.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true else {
            return (text, nil)
        }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}
