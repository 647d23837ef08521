public import OCIRegistry

/// Whether a registry may listen where it is told to.
public enum OpenListening {
    /// Refuses to let everybody on the network write: an address that is not of this machine alone
    /// needs authentication, or the user's word that it is to be open.
    ///
    /// - Parameters:
    ///   - host: a name or an address without a port; an IPv6 address with or without brackets.
    ///   - hasAuthentication: whether writing takes a user and a password.
    ///   - isOpen: whether the user said `--open`.
    ///
    /// Throws ``OCIError`` (configuration).
    public static func check(
        host: String, hasAuthentication: Bool, isOpen: Bool
    ) throws(OCIError) {
        guard !hasAuthentication, !isOpen, !isLoopback(host) else { return }
        throw OCIError(
            .configuration,
            "listening on \(host) without authentication lets everybody who reaches it write",
            advice: "add --auth basic or --auth token, listen on 127.0.0.1, or say --open")
    }

    private static func isLoopback(_ host: String) -> Bool {
        guard let octets = HostName.octets(of: host) else {
            return host.lowercased() == "localhost"
        }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127]
        return octets == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
            || (octets.count == 4 && octets[0] == 127) || octets.starts(with: mapped)
    }
}
