import Foundation
import ImageTags
import OCIRegistry
import TestSupport
import Testing

@testable import Publisher

@Suite("The work of pin")
struct PinJobTests {
    private let folder: TemporaryFolder
    private let digest: Digest

    init() throws {
        folder = try TemporaryFolder()
        digest = try Digest(parsing: "sha256:" + String(repeating: "a", count: 64))
    }

    private func job(_ paths: [String] = []) throws -> PinJob {
        PinJob(
            tree: try SourceTree(paths, currentFolder: folder.path), plan: PinPlan(.add),
            action: .write, lockfile: "images.lock")
    }

    /// Answers that every image is the digest.
    private func answer(_ uses: [ImageUse]) -> ImageResolver.Answer {
        var facts = ImageFacts()
        for use in uses {
            if let tag = use.reference?.asTag { facts.states[tag] = .image(digest, nil) }
        }
        return .init(facts: facts)
    }

    @Test("a file that changes meanwhile is left alone, and told of")
    func changes() async throws {
        try folder.write("a/Dockerfile", "FROM x.io/a:1\n")
        try folder.write("b/Dockerfile", "FROM x.io/b:1\n")
        let report = try await job().run { uses, _ in
            try folder.write("a/Dockerfile", "FROM x.io/other:1\n")
            return answer(uses)
        }
        #expect(report.changed == ["a/Dockerfile"])
        #expect(try folder.text("a/Dockerfile") == "FROM x.io/other:1\n")
        #expect(try folder.text("b/Dockerfile") == "FROM x.io/b:1@\(digest)\n")
        #expect(report.findings.filter(\.isOpen).map(\.use.path) == ["a/Dockerfile"])
    }

    @Test("folders of packages, caches and version control are passed over, and counted")
    func passedOver() async throws {
        for name in ["node_modules/x", ".git/y", ".build/z", "sub/target", "ours"] {
            try folder.write("\(name)/Dockerfile", "FROM x.io/a:1\n")
        }
        try folder.write("sub/target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n")
        let tree = try SourceTree([], currentFolder: folder.path)
        let (files, passedOver) = try tree.candidates()
        #expect(files.map(\.path) == ["ours/Dockerfile"])
        #expect(passedOver == .init(folders: 4))
    }

    @Test("the top is the folder with .git, and paths are told from there")
    func top() throws {
        try folder.write("repo/.git/HEAD", "")
        try folder.write("repo/a/b/Dockerfile", "FROM x.io/a:1\n")
        let tree = try SourceTree(["../a/./b", "b"], currentFolder: folder.file("repo/a"))
        #expect(tree.top == folder.file("repo/"))
        #expect(tree.scopes == ["a/b", "a/b"])
        #expect(try tree.candidates().files.map(\.path) == ["a/b/Dockerfile"])
        #expect(tree.includes("a/b/Dockerfile") && !tree.includes("a/bc"))
        #expect(throws: OCIError.self) {
            try SourceTree(["../.."], currentFolder: folder.file("repo/a"))
        }
    }

    @Test("a build's arguments are images where its Dockerfile takes them for some")
    func buildArguments() async throws {
        try folder.write("build/Dockerfile", "ARG BASE\nARG OTHER\nFROM ${BASE}\n")
        try folder.write(
            "compose.yaml",
            "services: {a: {build: {context: build, args: {BASE: x.io/a:1, OTHER: x.io/b:1}}}}\n")
        let report = try await job(["compose.yaml"]).run { uses, _ in answer(uses) }
        #expect(report.findings.compactMap(\.digest) == [digest])
        #expect(try folder.text("compose.yaml").contains("BASE: x.io/a:1@\(digest),"))
    }

    @Test("values of .env are pinned there")
    func environmentFile() async throws {
        try folder.write("compose.yaml", "services: {a: {image: \"${IMAGE}\"}}\n")
        try folder.write(".env", "IMAGE=x.io/a:1\n")
        _ = try await job().run { uses, _ in answer(uses) }
        #expect(try folder.text(".env") == "IMAGE=x.io/a:1@\(digest)\n")
        #expect(try folder.text("compose.yaml") == "services: {a: {image: \"${IMAGE}\"}}\n")
    }

    @Test("a lockfile that is none is refused before anything is written")
    func badLock() async throws {
        try folder.write("Dockerfile", "FROM x.io/a:1\n")
        try folder.write("images.lock", "{}")
        await #expect(throws: OCIError.self) {
            _ = try await job().run { uses, _ in answer(uses) }
        }
        #expect(try folder.text("Dockerfile") == "FROM x.io/a:1\n")
    }
}
