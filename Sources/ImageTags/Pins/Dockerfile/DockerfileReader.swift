import OCIRegistry

/// Reads a Dockerfile once, from top to bottom.
struct DockerfileReader {
    private(set) var candidates: [ImageCandidate] = []
    private(set) var problems: [(offset: Int, message: String)] = []
    /// Problems that one file is told to have; nobody reads more.
    static let problemLimit = 100
    /// Every `ARG` before the first `FROM`, in order.
    private(set) var variables: [Variable] = []

    private let bytes: [UInt8]
    /// Values that the build gives to arguments.
    private let arguments: [String: Variable]
    private var lines: DockerfileLines
    /// The latest `ARG` of a name.
    private var known: [String: Variable] = [:]
    /// The stages' names so far, and how many stages there are, with a name or without.
    private var stages: Set<String> = []
    private var stageCount = 0
    /// Names that a stage takes over with an `ARG` of its own.
    private var redeclared: Set<String> = []
    private var isTemplate = false

    init(_ bytes: [UInt8], arguments: [String: Variable]) {
        self.bytes = bytes
        self.arguments = arguments
        lines = DockerfileLines(bytes)
    }

    /// Variables that something other than images reads: a stage, or another variable that no image is
    /// made of.
    var shared: Set<Int> {
        let used = candidates.reduce(into: Set<Int>()) { $0.formUnion($1.expansion.variables) }
        var shared: Set<Int> = []
        for variable in variables {
            if redeclared.contains(variable.name) { shared.insert(variable.id) }
            if !used.contains(variable.id) { shared.formUnion(variable.value?.variables ?? []) }
        }
        return shared
    }

    mutating func read() {
        if let syntax = lines.syntax {
            let text = TracedText(bytes[syntax])
            add(.syntax, syntax, Expansion(plain: text))
        }
        while let line = lines.instruction() { take(line) }
        if let open = lines.unterminated {
            problem(open.offset, "the here-document '\(open.name)' has no end")
        }
        settleStages()
    }

    private mutating func problem(_ offset: Int, _ message: String) {
        if problems.count < Self.problemLimit { problems.append((offset, message)) }
    }

    private mutating func add(
        _ kind: ImageUse.Kind, _ range: Range<Int>, _ expansion: Expansion,
        platform: Platform? = nil, skip: SkipReason? = nil
    ) {
        candidates.append(
            ImageCandidate(
                kind: kind, range: range, platform: platform, expansion: expansion, skip: skip))
    }

    private mutating func take(_ line: DockerfileLine) {
        guard var name = line.word(after: 0) else { return }
        if line.isWord(name, "ONBUILD"), let inner = line.word(after: name.upperBound) {
            name = inner
        }
        if line.isWord(name, "FROM") {
            from(line, after: name.upperBound)
        } else if line.isWord(name, "ARG") {
            argument(line, after: name.upperBound)
        } else if line.isWord(name, "COPY") {
            copy(line, after: name.upperBound)
        } else if line.isWord(name, "RUN") {
            run(line, after: name.upperBound)
        } else if line.bytes[name].starts(with: "{{".utf8)
            || line.bytes[name].starts(with: "{%".utf8)
        {
            isTemplate = true
        } else if !Self.instructions.contains(where: { line.isWord(name, $0) }), !isTemplate {
            let word = String(decoding: line.bytes[name].prefix(40), as: UTF8.self)
            problem(line.offset(name.lowerBound), "there is no instruction '\(word)'")
        }
    }

    private static let instructions: [StaticString] = [
        "ADD", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER",
        "ONBUILD",
        "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ]

    private var expander: Expander {
        Expander(dialect: .dockerfile(escape: lines.escape)) { known[$0] }
    }

    private mutating func argument(_ line: DockerfileLine, after start: Int) {
        for word in line.words(from: start, escape: lines.escape) {
            let text = line.bytes[word]
            let equals = text.firstIndex(of: UInt8(ascii: "="))
            let name = String(decoding: text[..<(equals ?? text.endIndex)], as: UTF8.self)
            guard stageCount == 0 else {
                redeclared.insert(name)
                continue
            }
            let id = variables.count
            var variable = Variable(id: id, name: name, value: known[name]?.value)
            if let given = arguments[name] {
                variable = given
            } else if let equals {
                let value = line.traced(equals + 1..<word.upperBound)
                variable.value = expander.expand(value).value(of: id)
            } else if let earlier = known[name] {
                variable = earlier
            }
            variables.append(variable)
            known[name] = variable
        }
    }

    private mutating func from(_ line: DockerfileLine, after start: Int) {
        stageCount += 1
        if Self.isTemplate(line.bytes[start...]), let first = line.word(after: start) {
            add(.from, line.span(first.lowerBound..<line.bytes.count), Expansion(), skip: .template)
            return
        }
        var words = line.words(from: start, escape: lines.escape)[...]
        var platform: Platform?
        while let word = words.first, line.bytes[word].starts(with: "--".utf8) {
            words.removeFirst()
            if let value = line.value(of: "platform", in: word) {
                platform = try? Platform(parsing: expander.expand(line.traced(value)).text.string)
            }
        }
        guard let image = words.first, words.count == 1 || words.count == 3 else {
            problem(line.offset(0), "FROM takes an image, or an image AS a name")
            // What is there is looked at all the same.
            if let image = words.first { base(line, image, platform) }
            return
        }
        base(line, image, platform)
        guard words.count == 3 else { return }
        if line.isWord(words[words.startIndex + 1], "AS") {
            let name = line.bytes[words[words.startIndex + 2]]
            stages.insert(String(decoding: name, as: UTF8.self).lowercased())
        } else {
            problem(line.offset(0), "FROM takes an image, or an image AS a name")
        }
    }

    private mutating func base(_ line: DockerfileLine, _ word: Range<Int>, _ platform: Platform?) {
        let expansion = expander.expand(line.traced(word))
        let name = expansion.text.string
        var skip: SkipReason?
        if name == "scratch" {
            skip = .scratch
        } else if expansion.missing.isEmpty, stages.contains(name.lowercased()) {
            skip = .stage(name)
        } else if let variable = expansion.missing.first(where: Self.perPlatform.contains) {
            skip = .perPlatform(variable)
        }
        add(.from, line.span(word), expansion, platform: platform, skip: skip)
    }

    private static let perPlatform: Set<String> = [
        "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "BUILDOSVERSION", "TARGETPLATFORM",
        "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETOSVERSION",
    ]

    private static func isTemplate(_ word: ArraySlice<UInt8>) -> Bool {
        zip(word, word.dropFirst()).contains {
            $0 == UInt8(ascii: "{") && ($1 == UInt8(ascii: "{") || $1 == UInt8(ascii: "%"))
        }
    }

    private mutating func copy(_ line: DockerfileLine, after start: Int) {
        for flag in line.flags(after: start) {
            if let value = line.value(of: "from", in: flag) { source(.copyFrom, line, value) }
        }
    }

    private mutating func run(_ line: DockerfileLine, after start: Int) {
        for flag in line.flags(after: start) {
            guard let mount = line.value(of: "mount", in: flag) else { continue }
            for field in line.fields(of: line.unwrapped(mount)) {
                if let value = line.value(of: "from", in: field, dashes: 0) {
                    source(.mountFrom, line, value)
                }
            }
        }
    }

    /// An image that something is taken from; no variables are expanded there.
    private mutating func source(_ kind: ImageUse.Kind, _ line: DockerfileLine, _ word: Range<Int>)
    {
        let word = line.unquoted(word)
        guard !word.isEmpty else { return }
        let text = line.traced(word)
        var skip: SkipReason?
        if Self.isTemplate(line.bytes[word]) {
            skip = .template
        } else if text.bytes.contains(UInt8(ascii: "$")) {
            skip = .notExpanded(text.string)
        } else if text.string == "scratch" {
            skip = .scratch
        }
        add(kind, line.span(word), Expansion(plain: text), skip: skip)
    }

    /// Stages by name and number, those further down too.
    private mutating func settleStages() {
        for index in candidates.indices
        where candidates[index].skip == nil
            && [.copyFrom, .mountFrom].contains(candidates[index].kind)
        {
            let name = candidates[index].expansion.text.string
            let isNumber = Int(name).map { (0..<stageCount).contains($0) } ?? false
            if isNumber || stages.contains(name.lowercased()) {
                candidates[index].skip = .stage(name)
            }
        }
    }
}
