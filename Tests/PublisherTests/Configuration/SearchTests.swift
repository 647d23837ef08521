import OCIRegistry
import TestSupport
import Testing

@testable import Publisher

@Suite("Where the configuration is")
struct SearchTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("repo/.git/HEAD", "")
        try folder.write("repo/a/b/file", "")
    }

    private func write(_ name: String, host: String) throws -> String {
        try folder.write(name, "registries: {r: {host: \(host)}}")
    }

    private func load(
        _ path: String? = nil, variable: String? = nil, from start: String = "repo/a/b"
    ) async throws -> String {
        let environment = variable.map { ["PUBLISHER_CONFIG": $0] } ?? [:]
        let configuration = try await Configuration.load(
            path: path, environment: environment, currentFolder: folder.file(start))
        return configuration.registries[0].host.description
    }

    @Test("the option goes before the variable, and that before what is found")
    func order() async throws {
        let option = try write("option.yaml", host: "option")
        let variable = try write("variable.yaml", host: "variable")
        _ = try write("repo/publisher.yaml", host: "top")
        _ = try write("repo/a/publisher.yaml", host: "near")
        #expect(try await load(option, variable: variable) == "option")
        #expect(try await load(variable: variable) == "variable")
        #expect(try await load(variable: "") == "near")
        #expect(try await load(from: "repo") == "top")
    }

    @Test("the search ends at the repository's root, and says where it looked")
    func end() async throws {
        _ = try write("publisher.yaml", host: "outside")
        let error = await #expect(throws: OCIError.self) { _ = try await load() }
        #expect(error?.kind == .configuration)
        for place in ["repo/a/b,", "repo/a,", "repo"] {
            #expect(error?.message.contains(folder.file(place)) == true)
        }
        #expect(error?.advice?.contains("PUBLISHER_CONFIG") == true)
    }

    @Test("outside of a git repository the current folder alone is looked into")
    func plantedAbove() async throws {
        try folder.write("plain/a/file", "")
        _ = try write("plain/publisher.yaml", host: "planted")
        let error = await #expect(throws: OCIError.self) { _ = try await load(from: "plain/a") }
        #expect(error?.kind == .configuration)
        #expect(try await load(from: "plain") == "planted")
    }

    @Test("a file that is named has to be there")
    func missing() async throws {
        _ = try write("repo/publisher.yaml", host: "top")
        let error = await #expect(throws: OCIError.self) { _ = try await load(folder.file("none")) }
        #expect(error?.kind == .notFound)
        #expect(error?.subject == folder.file("none"))
    }

    @Test("a command that can do without a configuration does, but not with a wrong one")
    func optional() async throws {
        func load(_ path: String? = nil) async throws -> Configuration? {
            try await Configuration.loadIfThere(
                path: path, environment: [:], currentFolder: folder.file("repo/a"))
        }
        #expect(try await load() == nil)
        await #expect(throws: OCIError.self) { _ = try await load(folder.file("missing.yaml")) }
        try folder.write("repo/publisher.yaml", "registries: 1")
        await #expect(throws: OCIError.self) { _ = try await load() }
        _ = try write("repo/publisher.yaml", host: "top")
        #expect(try await load() != nil)
    }
}
