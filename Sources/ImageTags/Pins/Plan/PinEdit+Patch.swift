public import OCIRegistry

extension PinEdit {
    /// Lines around a change that a patch shows.
    private static let context = 3

    /// What edits change in a file, as a unified diff that `patch -p1` and `git apply` take; empty where
    /// they change nothing. Throws ``OCIError`` (bad data) if the edits are not of this file.
    public static func patch(
        _ edits: some Sequence<PinEdit>, to bytes: [UInt8], path: String
    ) throws(OCIError) -> [UInt8] {
        // No digest has a line end in it, so that lines stay where they are.
        let old = lines(bytes)
        let new = lines(try apply(edits, to: bytes))
        guard old.count == new.count else {
            throw OCIError(.badData, "an edit goes over a line's end", subject: path)
        }
        let changed = old.indices.filter { old[$0] != new[$0] }
        guard !changed.isEmpty else { return [] }
        var patch = Array("--- a/\(path)\n+++ b/\(path)\n".utf8)
        var rest = changed[...]
        while let first = rest.first {
            var last = first
            while let next = rest.first, next <= last + 2 * context + 1 {
                last = next
                rest.removeFirst()
            }
            let start = max(0, first - context)
            let end = min(old.count, last + context + 1)
            let span = "\(start + 1),\(end - start)"
            patch += Array("@@ -\(span) +\(span) @@\n".utf8)
            var index = start
            while index < end {
                guard old[index] != new[index] else {
                    add(" ", old[index], to: &patch)
                    index += 1
                    continue
                }
                let run = (index..<end).prefix { old[$0] != new[$0] }
                for line in run { add("-", old[line], to: &patch) }
                for line in run { add("+", new[line], to: &patch) }
                index = run.upperBound
            }
        }
        return patch
    }

    private static func add(_ sign: String, _ line: ArraySlice<UInt8>, to patch: inout [UInt8]) {
        patch += sign.utf8
        patch += line
        if line.last != 0x0a { patch += Array("\n\\ No newline at end of file\n".utf8) }
    }

    /// The lines with their ends.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0a).map { $0 + 1 } ?? bytes.count
            lines.append(bytes[start..<end])
            start = end
        }
        return lines
    }
}
