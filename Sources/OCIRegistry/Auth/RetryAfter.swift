import FoundationEssentials
import HTTPTypes

/// How long a server asks to wait: `Retry-After`, in seconds or as a date. RFC 9110, 10.2.3.
enum RetryAfter {
    /// The wait in seconds, never negative; nil without a field that can be read.
    static func seconds(in fields: HTTPFields, now: Double) -> Double? {
        guard let value = fields[.retryAfter] else { return nil }
        if let seconds = Int(value), seconds >= 0 { return Double(seconds) }
        return httpDate(value).map { max(0, $0 - now) }
    }

    /// Seconds since 1970 of an IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110, 5.6.7.
    static func httpDate(_ text: String) -> Double? {
        let parts = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," })
        guard parts.count == 8, parts[7] == "GMT", let day = Int(parts[1]),
            let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]),
            let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6])
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        guard let zone = TimeZone(secondsFromGMT: 0) else { return nil }
        calendar.timeZone = zone
        let date = calendar.date(
            from: DateComponents(
                year: year, month: month + 1, day: day, hour: hour, minute: minute,
                second: second))
        return date?.timeIntervalSince1970
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
