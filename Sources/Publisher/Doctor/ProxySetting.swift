import OCIRegistry

/// The proxy through which a registry is reached, as libcurl reads the environment: the variable for the
/// scheme, else that for all, unless `NO_PROXY` names the host.
struct ProxySetting: Sendable, Hashable {
    /// The variable that names it.
    var variable: String
    /// Its address without user and password.
    var address: String

    /// Nil where the registry is reached directly, as this machine always is.
    init?(_ host: RegistryHost, scheme: String, environment: [String: String]) {
        func value(_ names: String...) -> (name: String, text: String)? {
            for name in names {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        // A web server's own variable for a field `Proxy` would be HTTP_PROXY: it is not read.
        let own = scheme == "https" ? value("https_proxy", "HTTPS_PROXY") : value("http_proxy")
        guard !host.isLoopback, let proxy = own ?? value("all_proxy", "ALL_PROXY") else {
            return nil
        }
        let exceptions = value("no_proxy", "NO_PROXY")?.text ?? ""
        for entry in exceptions.lowercased().split(whereSeparator: { $0 == "," || $0 == " " }) {
            let name = entry.hasPrefix(".") ? entry.dropFirst() : entry
            if entry == "*" || host.name == name || host.name.hasSuffix(".\(name)") { return nil }
        }
        variable = proxy.name
        address = Redaction.redacted(
            url: proxy.text.contains("://") ? proxy.text : "http://\(proxy.text)")
    }

    /// For people.
    var text: String { "through the proxy \(address) (\(variable))" }
}
