/// Why a use of an image cannot be pinned, or need not be.
public enum SkipReason: Sendable, Hashable {
    /// `scratch`, which is no image.
    case scratch
    /// Another stage of the same Dockerfile.
    case stage(String)
    /// It is built here, not pulled.
    case localBuild
    /// A runner's label that names no image.
    case noImage
    /// Variables without a value.
    case noValue([String])
    /// A variable that has another value for each platform.
    case perPlatform(String)
    /// `${{ … }}`, which only the run knows.
    case expression
    /// A variable where Docker takes none.
    case notExpanded(String)
    /// A form of `${…}` that is not worked out here.
    case unknownExpansion(String)
    /// A template, which something else makes the file from.
    case template
    /// Written with escapes or over several lines.
    case escaped
    /// The digest is put together from several places.
    case scatteredDigest
    /// A Dockerfile within a compose file.
    case inlineDockerfile
    /// A value that is only a part of what a Dockerfile makes the image's name of.
    case partOfReference(String)
    /// No image can be called that; with what is wrong.
    case notAReference(String)

    /// Whether an image is pulled there all the same.
    public var leavesImageUnpinned: Bool {
        switch self {
        case .scratch, .stage, .localBuild, .noImage: false
        default: true
        }
    }
}

extension SkipReason: CustomStringConvertible {
    /// The reason for people, without a full stop; with the cure where there is one.
    public var description: String {
        switch self {
        case .scratch: "scratch is no image"
        case .stage(let name): "stage '\(name)' of the same file"
        case .localBuild: "built from a Dockerfile, not pulled"
        case .noImage: "a label without an image"
        case .noValue(let names):
            "no value for \(names.joined(separator: ", ")): give a default, or pin it by hand"
        case .perPlatform(let name): "\(name) has another value for each platform"
        case .expression: "an expression, known only when it runs: write the image out"
        case .notExpanded(let name):
            "Docker does not expand \(name) here: name a stage with FROM, and copy from that"
        case .unknownExpansion(let text): "'\(text)' is not worked out here: pin it by hand"
        case .template: "a template: pin the values that it is filled with"
        case .escaped: "written with escapes or over several lines: write it plainly"
        case .scatteredDigest: "its digest comes from several places: write it in one"
        case .inlineDockerfile: "a Dockerfile within YAML: put it in a file of its own"
        case .partOfReference(let text): "a part of '\(text)': make it the whole reference"
        case .notAReference(let problem): problem
        }
    }
}
