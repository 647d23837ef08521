import FoundationEssentials
import OCIRegistry

/// The earliest moment that is asked for: so long ago, or a day.
enum Since {
    /// Reads `7d`, `24h` or `2026-07-01`. Throws ``OCIError`` (usage).
    static func parse(_ text: String, now: Date = Date()) throws(OCIError) -> Date {
        if let age = try? Age(text) {
            return now.addingTimeInterval(-Double(age.duration.components.seconds))
        }
        if let moment = try? Date(text, strategy: .iso8601) { return moment }
        if let day = try? Date("\(text)T00:00:00Z", strategy: .iso8601) { return day }
        throw OCIError(
            .usage, "'\(text)' is no moment", advice: "write 90m, 24h, 7d, 2w, or 2026-07-01 (UTC)")
    }
}
