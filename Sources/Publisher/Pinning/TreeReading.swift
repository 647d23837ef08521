import Glibc
import ImageTags
import OCIRegistry

/// What the files of a tree say about images.
struct TreeReading: Sendable {
    /// Every use of an image, by file and place.
    var uses: [ImageUse] = []
    /// What could not be read.
    var problems: [FoundImages.Problem] = []
    /// The files that edits can be of.
    var files: [String: SourceFile] = [:]
    /// How many files were read.
    var count = 0
    /// What was not looked into.
    var passedOver: SourceTree.PassedOver

    /// Reads a tree, on all processors. Throws ``OCIError`` where it cannot be walked.
    init(_ tree: SourceTree) async throws(OCIError) {
        let (candidates, passedOver) = try tree.candidates()
        self.passedOver = passedOver
        let batch = 64
        let parts = stride(from: 0, to: candidates.count, by: batch).map {
            candidates[$0..<min($0 + batch, candidates.count)]
        }
        let readings = await concurrently(parts) { part in
            part.map { FileReading($0, in: tree) }
        }
        for reading in readings.joined() { add(reading) }
    }

    private mutating func add(_ reading: FileReading) {
        switch reading.refusal {
        case nil: count += 1
        case .link: passedOver.links += 1
        case .binary: passedOver.binary += 1
        case .large: passedOver.large += 1
        case .gone: break
        case .unreadable(let number):
            problems.append(
                .init(
                    path: reading.path, line: 1,
                    message: "it cannot be read: \(String(cString: strerror(number)))"))
        }
        uses += reading.found.uses
        problems += reading.found.problems
        guard !reading.found.uses.isEmpty else { return }
        for file in reading.files { files[file.path] = file }
    }
}

/// What one file says about images.
private struct FileReading: Sendable {
    let path: String
    var found = FoundImages()
    /// The file, and those that its values are from.
    var files: [SourceFile] = []
    var refusal: SourceFile.Refusal?

    init(_ candidate: SourceTree.Candidate, in tree: SourceTree) {
        path = candidate.path
        let file: SourceFile
        do {
            file = try SourceFile(path, in: tree)
        } catch {
            refusal = error
            return
        }
        files = [file]
        var environment: [EnvironmentFile] = []
        if candidate.kind == .compose, let beside = try? SourceFile(folder + ".env", in: tree) {
            files.append(beside)
            environment = [EnvironmentFile(path: beside.path, bytes: beside.bytes)]
        }
        found = candidate.kind.images(in: file.bytes, path: path, environment: environment)
        for build in found.builds where !build.argumentNames.isEmpty { add(build, file, tree) }
    }

    /// The folder that the file is in, with a slash at the end; empty for the top.
    private var folder: String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    /// The images among a build's arguments, which its Dockerfile tells.
    private mutating func add(_ build: ImageBuild, _ file: SourceFile, _ tree: SourceTree) {
        let place = SourceTree.plain(folder + build.dockerfile)
        guard let dockerfile = try? SourceFile(place, in: tree) else { return }
        found.uses += Dockerfile.images(
            of: build, in: dockerfile.bytes, path: place, file: file.bytes)
        found.uses.sort { $0.range.lowerBound < $1.range.lowerBound }
    }
}
