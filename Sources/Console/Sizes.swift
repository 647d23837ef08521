/// Numbers for people.
public enum Sizes {
    /// Bytes in decimal units: `31.2 MB`.
    public static func text(_ bytes: Int64) -> String {
        var value = Double(max(0, bytes))
        guard value >= 1000 else { return "\(max(0, bytes)) B" }
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        var unit = -1
        while value >= 999.95 {
            value /= 1000
            unit += 1
        }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[max(0, unit)])"
    }

    /// Text filled up with spaces on the right.
    public static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
