import ArgumentParser

/// `HOST:PORT`, `HOST` or `:PORT`, with brackets around an IPv6 address.
struct ListenAddress: ExpressibleByArgument, CustomStringConvertible {
    /// A name or address, without brackets.
    var host: String
    /// 0 stands for any port that is free.
    var port: Int

    /// Loopback, on the port that registries have.
    static let usual = ListenAddress(host: "127.0.0.1", port: 5000)

    var description: String { authority(port: port) }

    /// How clients write it, for the port that it got.
    func authority(port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ListenAddress {
    init?(argument: String) {
        var rest = argument[...]
        host = Self.usual.host
        port = Self.usual.port
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            guard host.contains(":") else { return nil }
            rest = rest[rest.index(after: end)...]
        } else {
            let name = rest.prefix { $0 != ":" }
            if !name.isEmpty { host = String(name) }
            rest = rest.dropFirst(name.count)
        }
        guard !rest.isEmpty else {
            if argument.isEmpty { return nil }
            return
        }
        guard rest.first == ":", let number = UInt16(rest.dropFirst()) else { return nil }
        port = Int(number)
    }
}
