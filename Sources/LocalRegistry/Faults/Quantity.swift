/// Numbers with units, as people write them in a configuration.
enum Quantity {
    private static let sizes: [String: Double] = [
        "": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9,
        "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824,
    ]
    private static let times: [String: Double] = ["ms": 0.001, "s": 1, "m": 60]

    /// The greatest size, in bytes: far more than any body, and exact as a floating-point number.
    static let largestSize = 1 << 50
    /// The longest time, in seconds.
    static let longestTime = 3600.0

    /// Whole bytes: `1000`, `64KiB`, `1.5MB`.
    static func bytes(_ text: some StringProtocol) -> Int? {
        guard let value = read(text, sizes), value <= Double(largestSize) else { return nil }
        return Int(exactly: value)
    }

    /// Whole bytes a second, at least one: `64KiB/s`.
    static func bytesPerSecond(_ text: String) -> Int? {
        guard text.hasSuffix("/s"), let count = bytes(text.dropLast(2)), count > 0 else {
            return nil
        }
        return count
    }

    /// A time of an hour at most: `500ms`, `1.5s`, `2m`.
    static func duration(_ text: String) -> Duration? {
        guard let seconds = read(text, times), seconds <= longestTime else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded()))
    }

    private static func read(_ text: some StringProtocol, _ units: [String: Double]) -> Double? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text.dropFirst(number.count)
        guard number.first != ".", let value = Double(String(number)),
            let factor = units[String(unit)]
        else { return nil }
        return value * factor
    }
}
