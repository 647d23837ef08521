/// Where the lines of a file start.
struct LineTable {
    private let bytes: [UInt8]
    private var starts: [Int] = [0]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        bytes.withUnsafeBufferPointer { buffer in
            for index in buffer.indices where buffer[index] == 0x0a { starts.append(index + 1) }
        }
    }

    /// The line of a byte, and its character in the line, both from 1. A byte order mark is none.
    func position(of offset: Int) -> (line: Int, column: Int) {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        let before = bytes[starts[low]..<max(starts[low], min(offset, bytes.count))]
        let characters = before.count { $0 & 0xc0 != 0x80 }
        let hasMark = low == 0 && before.starts(with: [0xef, 0xbb, 0xbf])
        return (low + 1, characters + (hasMark ? 0 : 1))
    }
}
