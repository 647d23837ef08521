import OCIRegistry
import SwiftASN1
import X509

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a host is called in a certificate: a DNS name, or an address in octets.
enum HostName {
    /// The octets of an IPv4 or IPv6 address, with or without brackets; nil for a name.
    static func octets(of text: String) -> [UInt8]? {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let plain = isBracketed ? String(text.dropFirst().dropLast()) : text
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var octets = [UInt8](repeating: 0, count: count)
            if inet_pton(family, plain, &octets) == 1 { return octets }
        }
        return nil
    }

    /// The subject alternative names for hosts, each once. Addresses that mean every interface
    /// are left out, since no client calls a server so. RFC 5280, section 4.2.1.6.
    ///
    /// Throws ``OCIError`` (usage) for what is no name.
    static func alternativeNames(_ hosts: [String]) throws(OCIError) -> [GeneralName] {
        var names: [GeneralName] = []
        for host in hosts {
            let name: GeneralName
            if let octets = octets(of: host) {
                if octets.allSatisfy({ $0 == 0 }) { continue }
                name = .ipAddress(ASN1OctetString(contentBytes: octets[...]))
            } else {
                guard let legal = try? RegistryHost(host), legal.name == host.lowercased() else {
                    throw OCIError(
                        .usage, "'\(host.prefix(200))' is not a host's name or address",
                        advice: "name a host without scheme, port and path")
                }
                name = .dnsName(host.lowercased())
            }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}
