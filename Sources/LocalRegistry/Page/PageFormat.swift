import FoundationEssentials

/// Figures for people.
enum PageFormat {
    /// How long ago a moment is by the server's clock, `3 hours ago`; the date where it is ahead.
    static func ago(_ moment: Double, now: Double) -> String {
        let seconds = now - moment
        guard seconds > -60 else { return String(timestamp(moment).prefix(10)) }
        let units: [(seconds: Double, noun: String)] = [
            (365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"),
            (60, "minute"),
        ]
        guard let unit = units.first(where: { seconds >= $0.seconds }) else { return "just now" }
        let count = Int(min(seconds / unit.seconds, 9999))
        return "\(count) \(unit.noun)\(count == 1 ? "" : "s") ago"
    }

    /// A moment in UTC to the second. RFC 3339, section 5.6.
    static func timestamp(_ moment: Double) -> String {
        // Years that the format has four digits for.
        let seconds = moment.isFinite ? min(max(moment.rounded(.down), 0), 253_402_300_799) : 0
        return Date(timeIntervalSince1970: seconds).formatted(.iso8601)
    }
}
