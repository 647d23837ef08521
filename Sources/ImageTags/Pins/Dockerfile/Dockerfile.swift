/// The images that a Dockerfile uses: `FROM`, `COPY --from`, `RUN --mount=from=` and `# syntax=`,
/// `ONBUILD` included, with the values that `ARG` gives before the first `FROM`.
///
/// Follows BuildKit's parser. Dockerfile reference, "Parser directives", "FROM", "ARG".
public enum Dockerfile {
    /// Finds them.
    public static func images(in bytes: [UInt8], path: String) -> FoundImages {
        var reader = DockerfileReader(bytes, arguments: [:])
        reader.read()
        var found = FoundImages()
        if !reader.problems.isEmpty {
            let lines = LineTable(bytes)
            found.problems = reader.problems.map {
                .init(path: path, line: lines.position(of: $0.offset).line, message: $0.message)
            }
        }
        found.settle(
            PinSettlement(
                reader.candidates, paths: [path], shared: reader.shared,
                variables: reader.variables),
            in: bytes)
        return found
    }

    /// Finds the images among the arguments of a build: those that its Dockerfile, at `path`, takes
    /// images from. `file` are the bytes of the file that asks for the build.
    ///
    /// An argument that no `FROM` looks at is no use of an image, and not told of.
    public static func images(
        of build: ImageBuild, in bytes: [UInt8], path: String, file: [UInt8]
    ) -> [ImageUse] {
        var reader = DockerfileReader(bytes, arguments: build.arguments)
        reader.read()
        let lines = LineTable(file)
        var uses: [ImageUse] = []
        for argument in build.arguments.values {
            guard let value = argument.value, let range = value.text.span(value.text.bytes.indices),
                range.source > 0
            else { continue }
            for candidate in reader.candidates
            where candidate.expansion.variables.contains(argument.id) {
                let isWhole = candidate.expansion.text.bytes == value.text.bytes
                var own = candidate
                own.expansion = value
                if !isWhole, (try? candidate.reading.get()) != nil {
                    own.skip = .partOfReference(
                        "\(String(decoding: bytes[candidate.range], as: UTF8.self)) in \(path)")
                }
                var settlement = PinSettlement(
                    [own], paths: [path, build.path], variables: [argument])
                let (line, column) = lines.position(of: range.range.lowerBound)
                uses.append(
                    ImageUse(
                        path: build.path, kind: .buildArgument, range: range.range, line: line,
                        column: column, written: value.text.string, platform: candidate.platform,
                        outcome: settlement.outcome(0).outcome))
            }
        }
        var seen: Set<ImageUse> = []
        return uses.filter { seen.insert($0).inserted }
            .sorted { $0.range.lowerBound < $1.range.lowerBound }
    }
}
