/// A moment in whole seconds since 1970, UTC: as registries and image configurations tell it.
public struct Instant: Sendable, Hashable, Comparable {
    /// Seconds since 1970-01-01T00:00:00Z.
    public var seconds: Int64

    /// A moment by its seconds since 1970.
    public init(seconds: Int64) { self.seconds = seconds }

    /// Reads RFC 3339, section 5.6; fractions of a second are dropped. Nil for anything else, and for
    /// moments before the first container registry: tools write 0001-01-01 or 1970-01-01 where they do
    /// not want to say when something was made.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        func number(_ start: Int, _ count: Int) -> Int64? {
            guard start + count <= bytes.count else { return nil }
            var value: Int64 = 0
            for byte in bytes[start..<(start + count)] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int64(byte - 0x30)
            }
            return value
        }
        func has(_ place: Int, _ characters: String) -> Bool {
            place < bytes.count && characters.utf8.contains(bytes[place])
        }
        guard bytes.count <= 64, let year = number(0, 4), has(4, "-"), let month = number(5, 2),
            has(7, "-"), let day = number(8, 2), has(10, "Tt "), let hour = number(11, 2),
            has(13, ":"), let minute = number(14, 2), has(16, ":"), let second = number(17, 2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = 19
        if has(rest, ".") {
            rest += 1
            guard number(rest, 1) != nil else { return nil }
            while number(rest, 1) != nil { rest += 1 }
        }
        var offset: Int64 = 0
        if has(rest, "+-") {
            guard let hours = number(rest + 1, 2), has(rest + 3, ":"),
                let minutes = number(rest + 4, 2), rest + 6 == bytes.count
            else { return nil }
            offset = (hours * 60 + minutes) * (has(rest, "-") ? -60 : 60)
        } else {
            guard has(rest, "Zz"), rest + 1 == bytes.count else { return nil }
        }
        let days = Self.days(year: year, month: month, day: day)
        seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        guard seconds >= Self.earliest else { return nil }
    }

    /// 2013-01-01, before which nobody had a container registry.
    private static let earliest: Int64 = 1_356_998_400

    /// A moment so many seconds later.
    public func adding(seconds count: Int64) -> Instant { Instant(seconds: seconds + count) }

    public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }

    /// Days since 1970 of a date of the Gregorian calendar; years begin in March here, so that the leap
    /// day is the last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC: `2026-11-24T02:03:24Z`.
    public var description: String {
        let time = seconds - day * 86_400
        return
            "\(date)T\(Self.two(time / 3600)):\(Self.two(time / 60 % 60)):\(Self.two(time % 60))Z"
    }

    /// The date alone: `2026-11-24`.
    public var date: String {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let digits = "\(year)"
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            + "-\(Self.two(month))-\(Self.two(dayOfMonth))"
    }

    private var day: Int64 { seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400 }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension Instant: Codable {
    /// Reads RFC 3339.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let instant = Instant(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "no moment of RFC 3339")
        }
        self = instant
    }

    /// Writes RFC 3339.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
