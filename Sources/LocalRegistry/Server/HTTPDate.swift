import Glibc
import Synchronization

/// The moment as the field `Date` tells it: RFC 9110, 6.6.1.
enum HTTPDate {
    private static let last = Mutex((second: time_t.min, text: ""))

    /// Now, made anew once a second.
    static var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, text(second)) }
            return last.text
        }
    }

    /// An IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`. The program sets no locale, so names are English.
    private static func text(_ second: time_t) -> String {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let count = strftime(buffer.baseAddress, 64, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            return String(
                decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
