import CYaml

/// Makes the parts of a ``YAMLTree`` from libyaml's events, whose marks count characters, not bytes.
///
/// The Swift layer over libyaml is passed by: it forgets where a text ends, unfolds aliases and reads
/// about a tenth as fast.
struct YAMLTreeReader {
    private(set) var parts: [YAMLTree.Part] = []
    private(set) var texts: [String] = []
    private(set) var roots: [Int] = []
    private(set) var problem: YAMLTree.Problem?

    private let bytes: [UInt8]
    /// Where the text starts, after a byte order mark.
    private let base: Int
    private var open: [Int] = []
    private var anchors: [String: Int] = [:]
    /// A place known by its byte and by its character.
    private var byte: Int
    private var character = 0
    private let isASCII: Bool

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        base = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        byte = base
        isASCII = bytes.dropFirst(base).allSatisfy { $0 < 0x80 }
    }

    /// Reads to the end, or to the first problem.
    mutating func read() {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { return }
        defer { yaml_parser_delete(parser) }
        bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, start + base, buffer.count - base)
            var event = yaml_event_t()
            var isDone = false
            while !isDone, problem == nil {
                guard yaml_parser_parse(parser, &event) == 1 else {
                    problem = Self.problem(of: parser.pointee)
                    break
                }
                isDone = event.type == YAML_STREAM_END_EVENT
                take(event)
                yaml_event_delete(&event)
            }
        }
        // Of a document that breaks off, nothing is used: what its end would have said is not known.
        if problem != nil, !open.isEmpty, let root = roots.last {
            roots.removeLast()
            parts.removeSubrange(root...)
        }
    }

    private mutating func take(_ event: yaml_event_t) {
        switch event.type {
        case YAML_DOCUMENT_START_EVENT: anchors.removeAll()
        case YAML_MAPPING_START_EVENT:
            start(.mapping, event, Self.text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_START_EVENT:
            start(.list, event, Self.text(event.data.sequence_start.anchor))
        case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT:
            if let index = open.popLast() { parts[index].end = parts.count }
        case YAML_SCALAR_EVENT: scalar(event)
        case YAML_ALIAS_EVENT:
            let name = Self.text(event.data.alias.anchor) ?? ""
            guard let target = anchors[name] else {
                problem = .init(
                    line: Int(event.start_mark.line) + 1, message: "there is no anchor \"\(name)\"")
                return
            }
            // What an alias is an alias of is not an alias itself; YAML has no anchor on one.
            add(.alias, at: offset(event.start_mark), other: target)
        default: break
        }
    }

    private mutating func start(_ kind: YAMLTree.Kind, _ event: yaml_event_t, _ anchor: String?) {
        if let anchor { anchors[anchor] = parts.count }
        add(kind, at: offset(event.start_mark), other: 0)
        open.append(parts.count - 1)
    }

    private mutating func add(_ kind: YAMLTree.Kind, at start: Int, other: Int) {
        add(
            .init(
                kind: kind, style: .plain, isVerbatim: false, range: start..<start,
                end: parts.count + 1, other: other))
    }

    private mutating func add(_ part: YAMLTree.Part) {
        if open.isEmpty { roots.append(parts.count) }
        parts.append(part)
    }

    private mutating func scalar(_ event: yaml_event_t) {
        let data = event.data.scalar
        if let anchor = Self.text(data.anchor) { anchors[anchor] = parts.count }
        var start = offset(event.start_mark)
        let end = max(start, offset(event.end_mark))
        if data.anchor != nil || data.tag != nil { start = afterProperties(start, end) }
        let value = UnsafeBufferPointer(start: data.value, count: data.length)
        let style: YAMLScalar.Style
        var range = start..<end
        switch data.style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE:
            style = data.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ? .single : .double
            if end - start >= 2 { range = start + 1..<end - 1 }
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE:
            style = data.style == YAML_LITERAL_SCALAR_STYLE ? .literal : .folded
            range = onlyLine(in: range, value) ?? range
        default: style = .plain
        }
        let isBlock = style == .literal || style == .folded
        let content = isBlock ? Self.trimmed(value) : value[...]
        let isVerbatim = bytes[range].elementsEqual(content)
        if !isVerbatim { texts.append(String(decoding: value, as: UTF8.self)) }
        add(
            .init(
                kind: .scalar, style: style, isVerbatim: isVerbatim, range: range,
                end: parts.count + 1, other: max(0, texts.count - 1)))
    }

    /// Where a text starts that has an anchor or a tag before it.
    private func afterProperties(_ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "&"), UInt8(ascii: "!"):
                while index < end, bytes[index] > 0x20 { index += 1 }
            case UInt8(ascii: "#"):
                while index < end, bytes[index] != 0x0a, bytes[index] != 0x0d { index += 1 }
            case 0x20, 0x09, 0x0a, 0x0d: index += 1
            default: return index
            }
        }
        return index
    }

    /// The one line that a block text is made of.
    private func onlyLine(in range: Range<Int>, _ value: UnsafeBufferPointer<UInt8>) -> Range<Int>?
    {
        let value = Self.trimmed(value)
        guard !value.isEmpty, !value.contains(0x0a),
            let header = bytes[range].firstIndex(where: { $0 == 0x0a || $0 == 0x0d })
        else { return nil }
        let first = bytes[header..<range.upperBound].firstIndex {
            $0 != 0x0a && $0 != 0x0d && $0 != 0x20
        }
        guard let first, first + value.count <= bytes.count else { return nil }
        return first..<first + value.count
    }

    private static func trimmed(
        _ value: UnsafeBufferPointer<UInt8>
    ) -> UnsafeBufferPointer<UInt8>.SubSequence {
        var value = value[...]
        while value.last == 0x0a { value.removeLast() }
        return value
    }

    /// The byte at a mark.
    private mutating func offset(_ mark: yaml_mark_t) -> Int {
        let wanted = Int(mark.index)
        if isASCII { return min(bytes.count, base + wanted) }
        while character < wanted, byte < bytes.count {
            byte += 1
            while byte < bytes.count, bytes[byte] & 0xc0 == 0x80 { byte += 1 }
            character += 1
        }
        while character > wanted, byte > base {
            byte -= 1
            while byte > base, bytes[byte] & 0xc0 == 0x80 { byte -= 1 }
            character -= 1
        }
        return byte
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func problem(of parser: yaml_parser_t) -> YAMLTree.Problem {
        let text = parser.problem.map { String(cString: $0) } ?? "it cannot be read"
        return .init(line: Int(parser.problem_mark.line) + 1, message: "not valid YAML: \(text)")
    }
}
