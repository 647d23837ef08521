import TestSupport
import Testing

/// A registry that misbehaves, the program, and an image to push there: where most tests of faults
/// begin. Suites of them are serialized: all at once they would starve tests that look at the time.
struct Scene {
    let registry: ScriptedRegistry
    let program: Program
    /// An archive of ``image`` as `docker save` makes it.
    let archive: String
    let image = FixtureImage(layers: [
        .random(1_500_000, seed: 2), .compressible(200_000, seed: 1),
    ])

    init(
        auth: RegistryAuth = .none, quirks: RegistryQuirks = RegistryQuirks(),
        environment: [String: String] = [:]
    ) throws {
        registry = try ScriptedRegistry(auth: auth, quirks: quirks)
        program = try Program(environment: environment)
        archive = try program.file("image.tar", DockerArchive(image, style: .legacy).bytes)
    }

    var repository: String { "\(registry.host)/team/app" }
    var destination: String { "\(repository):dev" }

    /// The tags of the repository that is pushed to.
    var tags: [String: String] { registry.tags("team/app") }

    /// Writes ``image`` as an OCI layout, whose blobs go out as they are.
    func layout() throws -> String {
        try OCILayout.image(image, tag: "v").write(to: program.home.file("layout"))
        return "oci:\(program.home.file("layout")):v"
    }

    /// Pushes the archive.
    func push(
        _ options: String..., stdin: String? = nil, environment: [String: String] = [:]
    ) async throws -> ChildResult {
        try await run(["push", archive, destination] + options, stdin, environment)
    }

    /// Runs the program with these arguments.
    func run(
        _ arguments: [String], _ stdin: String? = nil, _ environment: [String: String] = [:]
    ) async throws -> ChildResult {
        try await ChildProcess.run(
            program.call(arguments, stdin: stdin, environment), timeout: 120)
    }

    /// A push ended well: the digest is printed and served, nothing is left open, and the fault,
    /// if one was planned, did strike so many times.
    func expectArrived(
        _ result: ChildResult, faults: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == 0, "\(result.stderr)", sourceLocation: sourceLocation)
        #expect(tags == ["dev": result.firstLine], sourceLocation: sourceLocation)
        #expect(registry.openUploads.isEmpty, sourceLocation: sourceLocation)
        if let faults {
            #expect(registry.firedFaults.count == faults, sourceLocation: sourceLocation)
        }
    }

    /// A push failed as it should: with this code, an error that says all of this and what to do
    /// next, no digest on standard output, no tag, no open upload, and a fault that did strike.
    func expectFailed(
        _ result: ChildResult, _ code: Int32, says: String..., faults: ClosedRange<Int> = 1...200,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.status == code, "\(result.stderr)", sourceLocation: sourceLocation)
        #expect(result.stdout.isEmpty, sourceLocation: sourceLocation)
        #expect(tags.isEmpty, sourceLocation: sourceLocation)
        #expect(registry.openUploads.isEmpty, sourceLocation: sourceLocation)
        #expect(faults.contains(registry.firedFaults.count), sourceLocation: sourceLocation)
        expectError(result, says: says + [registry.host], sourceLocation: sourceLocation)
    }
}

/// The last message on standard error says all of this, and what to do next.
func expectError(
    _ result: ChildResult, says texts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for text in texts + ["\n  next: "] {
        #expect(
            result.stderr.contains(text), "'\(text)' is missing: \(result.stderr)",
            sourceLocation: sourceLocation)
    }
}

/// An error document of the distribution specification.
func errorDocument(_ code: String, _ message: String) -> [UInt8] {
    Array(#"{"errors":[{"code":"\#(code)","message":"\#(message)"}]}"#.utf8)
}
