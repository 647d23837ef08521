import OCIRegistry

/// A span of time in a configuration: a whole number of minutes, hours, days or weeks.
struct Age: Sendable, Hashable, CustomStringConvertible {
    /// As written: `90m`, `24h`, `14d`, `2w`.
    let description: String
    /// How long it is.
    let duration: Duration

    /// How long it is, in seconds.
    var seconds: Int64 { duration.components.seconds }

    /// Reads a span. Throws ``OCIError`` (configuration).
    init(_ text: String) throws(OCIError) {
        let units: [Character: Int64] = ["m": 60, "h": 3600, "d": 86400, "w": 604_800]
        let digits = text.dropLast()
        guard let seconds = text.last.flatMap({ units[$0] }), (1...6).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), digits.first != "0",
            let count = Int64(digits)
        else {
            throw OCIError(
                .configuration, "'\(text)' is no span of time",
                advice: "write minutes, hours, days or weeks: 90m, 24h, 14d, 2w")
        }
        description = text
        duration = .seconds(count * seconds)
    }
}
