import ConfigurationFile
import ImageTags
import OCIRegistry

/// The forms that text in `publisher.yaml` has.
enum TextForm: Sendable {
    /// What the user calls a registry, channel or image.
    case name
    /// The name of an environment variable.
    case variable
    case host, repository, refPattern, template, platform, age, tagPattern
    /// The path of a file.
    case path
    /// Paths with `*` and `**`.
    case pathPattern
    /// The key of a label or annotation.
    case annotation
    /// The name of a build argument, and its value.
    case buildArgument, anything

    /// One that is right.
    var example: String {
        switch self {
        case .name: "builder"
        case .variable: "REGISTRY_TOKEN"
        case .host: "git.example.org"
        case .repository: "REGISTRY/team/app"
        case .refPattern: "refs/heads/main"
        case .template: "\"sha-{sha7}\""
        case .platform: "linux/amd64"
        case .age: "24h"
        case .tagPattern: "\"sha-*\""
        case .path: "build/Dockerfile"
        case .pathPattern: "\"build/**\""
        case .annotation: "org.opencontainers.image.revision"
        case .buildArgument: "RUST_VERSION"
        case .anything: "1.92"
        }
    }

    /// The form as a regular expression (ECMA-262), for editors; nil where any text will do. It takes
    /// all that is legal, and little else.
    var pattern: String? {
        switch self {
        case .name: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
        case .variable, .buildArgument: "^[A-Za-z_][A-Za-z0-9_]*$"
        case .host: #"^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$"#
        case .repository: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$"
        case .refPattern: "^refs/(heads|tags)/.+$"
        case .template: Self.templatePattern
        case .platform: "^[^/ ]+/[^/ ]+(/[^/ ]+)?$"
        case .age: "^[1-9][0-9]{0,5}[mhdw]$"
        case .tagPattern: "^[A-Za-z0-9_.*-]{1,128}$"
        case .path, .pathPattern: "^.+$"
        case .annotation: #"^[^\s]+$"#
        case .anything: nil
        }
    }

    private static let templatePattern: String = {
        let places = Template.Place.allCases.map(\.rawValue).joined(separator: "|")
        return "^([^{}]|\\{(\(places))\\})*$"
    }()

    /// Why a text is not of this form; nil where it is.
    func refusal(of text: String) -> OCIError? {
        do throws(OCIError) { try check(text) } catch { return error }
        return nil
    }

    /// What is wrong with a part that should be of this form.
    func problems(in node: ConfigurationNode) -> [OCIError] {
        guard let text = try? node.text(), let reason = refusal(of: text) else { return [] }
        return [node.error("\(node.what): \(reason.message)", reason.advice ?? "write \(example)")]
    }

    private func check(_ text: String) throws(OCIError) {
        switch self {
        case .name: try require(Self.isName(text), "'\(text)' is no name")
        case .variable:
            // Not shown: what stands where a variable's name should be may be the secret itself.
            try require(Self.isVariable(text), "this is no name of an environment variable")
        case .buildArgument: try require(Self.isVariable(text), "'\(text)' is no build argument")
        case .host:
            // Not shown either: before the @ there could be a password.
            try require(!text.contains("@"), "a host has no user or password before it")
            _ = try RegistryHost(text)
        case .repository: _ = try RepositoryPath(text)
        case .refPattern: _ = try RefPattern(text)
        case .template: _ = try Template(text)
        case .platform:
            try require(!text.contains(" "), "'\(text)' is no platform")
            _ = try Platform(parsing: text)
        case .age: _ = try Age(text)
        case .tagPattern:
            try require(Self.isTagPattern(text), "'\(text)' is no pattern of tags")
        case .path, .pathPattern:
            try require(!text.isEmpty && !text.contains("\n"), "there is no path")
        case .annotation:
            try require(
                !text.isEmpty && !text.contains(where: \.isWhitespace), "'\(text)' is no key")
        case .anything: break
        }
    }

    private func require(_ holds: Bool, _ problem: String) throws(OCIError) {
        guard holds else {
            throw OCIError(.configuration, problem, advice: "write it like \(example)")
        }
    }

    private static func isName(_ text: String) -> Bool {
        let first = text.utf8.first.map { isLetterOrDigit($0) } ?? false
        return first && text.utf8.count <= 64
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }

    private static func isVariable(_ text: String) -> Bool {
        let isDigit = text.utf8.first.map { (0x30...0x39).contains($0) } ?? true
        return !isDigit && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isTagPattern(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || "_.*-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
            || (0x61...0x7a).contains(byte)
    }
}
