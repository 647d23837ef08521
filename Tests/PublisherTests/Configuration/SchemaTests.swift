import Foundation
import OCIRegistry
import TestSupport
import Testing

@testable import Publisher

@Suite("The schema of publisher.yaml")
struct SchemaTests {
    /// Whether python3 has jsonschema and yaml.
    private static let hasValidator: Bool = {
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/env")
        check.arguments = ["python3", "-c", "import jsonschema, yaml"]
        check.standardError = FileHandle.nullDevice
        guard (try? check.run()) != nil else { return false }
        check.waitUntilExit()
        return check.terminationStatus == 0
    }()

    /// Reads YAML 1.2, where `on` is no boolean.
    private static let script = """
        import json, sys, yaml, jsonschema
        class Loader(yaml.SafeLoader): pass
        Loader.yaml_implicit_resolvers = {
            k: v for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items() if k not in "oOyYnN"}
        schema = json.load(open(sys.argv[1]))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for name in sys.argv[2:]:
            print("yes" if validator.is_valid(yaml.load(open(name), Loader)) else "no")
        """

    @Test(
        "a validator takes what is right, and refuses what has another form",
        .enabled(
            if: hasValidator || ProcessInfo.processInfo.environment["REQUIRE_ALL_TESTS"] == "1",
            "needs python3-jsonschema and python3-yaml"))
    func validator() async throws {
        let folder = try TemporaryFolder()
        let schema = try folder.write("schema.json", JSON.encode(Configuration.schema))
        let right = [Example.own, try folder.write("complete.yaml", Example.complete)]
        let image = "  a: {repository: r/a, tags: {dev: {rolling: [x]}}}"
        let wrong = [
            "registries: {}", "registry: {r: {host: x}}", "registries: {r: {host: \"a b\"}}",
            "registries: {r: {host: x, password: y}}", "registries: {r: {host: x, insecure: 1}}",
            "registries: {r: {host: x, dialect: y}}", "registries: {r/s: {host: x}}",
            Example.with(images: "  a: {repository: r/a, tags: {dev: {rolling: []}}}"),
            Example.with(images: "  a: {repository: r/a, tags: {dev: {rolling: [x, x]}}}"),
            Example.with(images: "  a: {repository: r/a, tags: {dev: {rolling: [\"{sha8}\"]}}}"),
            Example.with(images: "  a: {repository: r/A, tags: {dev: {rolling: [x]}}}"),
            Example.with(images: image, more: "ledger: {repository: r/a, minimum-grade: E}"),
            Example.with(images: image, more: "retention: {grace: 24}"),
        ]
        var files: [String] = []
        for (index, text) in wrong.enumerated() {
            #expect(throws: OCIError.self, "\(text)") { try Example.parse(text) }
            files.append(try folder.write("wrong\(index).yaml", text))
        }
        let call = ProgramCall("python3", ["-c", Self.script, schema] + right + files)
        let result = try await ChildProcess.run(call, timeout: 60).checked()
        let expected = right.map { _ in "yes" } + wrong.map { _ in "no" }
        #expect(result.stdout.split(separator: "\n").map(String.init) == expected)
    }

    @Test("every key says what it is for")
    func descriptions() throws {
        guard case .object(let schema) = Configuration.schema else {
            Issue.record("no object")
            return
        }
        #expect(schema["$schema"]?.string?.contains("2020-12") == true)
        func check(_ value: JSONValue) {
            for (key, property) in value.object?["properties"]?.object ?? [:] {
                let text = property.object?["description"]?.string ?? ""
                #expect(text.count > 5 && text.hasSuffix("."), "\(key): \(text)")
            }
            if value.object?["properties"] != nil {
                #expect(value.object?["additionalProperties"] == .bool(false))
            }
            for inner in value.object?.values.map({ $0 }) ?? [] { check(inner) }
            for inner in value.array ?? [] { check(inner) }
        }
        check(.object(schema))
    }
}
