import OCIRegistry

/// Whether this machine and a registry agree on the time.
struct ClockCheck: Sendable {
    /// Seconds from which on it is told.
    static let warning = 30.0
    /// Seconds from which on tokens are refused, as most services allow for a minute to five.
    static let problem = 300.0

    var host: RegistryHost
    /// Seconds by which the registry is ahead; nil where it does not tell.
    var lead: Double?

    var diagnosis: Diagnosis {
        guard let lead else { return .ok(.clock, "\(host)", "does not tell the time") }
        let size = lead.magnitude
        guard size > Self.warning else {
            return .ok(.clock, "\(host)", "its clock and this machine's agree")
        }
        let what =
            "this machine's clock is \(Self.text(size)) \(lead > 0 ? "behind" : "ahead of") the "
            + "registry's"
        let cure =
            "set this machine's clock (timedatectl set-ntp true); if others agree with it, the "
            + "registry's is wrong"
        return size > Self.problem
            ? .problem(
                .clock, "\(host)", what,
                why: "tokens and certificates count as expired or not yet valid", cure: cure)
            : .warning(
                .clock, "\(host)", what,
                why: "tokens and certificates may count as expired, and receipts tell a wrong time",
                cure: cure)
    }

    private static func text(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(min(seconds, 1e9))) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        default: "\(Int(min(seconds, 1e15) / 3600)) h"
        }
    }
}
