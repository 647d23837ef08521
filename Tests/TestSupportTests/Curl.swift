import TestSupport

/// What curl got.
struct Reply {
    var exit: Int32
    var status: Int
    var headers: String
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.split(whereSeparator: \.isNewline).lazy
            .filter { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { String($0.drop { $0 != ":" }.dropFirst(2)) }.first
    }
}

/// Runs curl against a registry. Output goes to files, so that a broken reply is seen as it is.
func curl(
    _ registry: ScriptedRegistry, _ method: String, _ path: String, body: [UInt8]? = nil,
    _ more: String...
) async throws -> Reply {
    let folder = try TemporaryFolder()
    var arguments = ["-sS", "-D", folder.file("head"), "-o", folder.file("body")]
    arguments += ["-w", "%{http_code}", "--max-time", "20"]
    arguments += method == "HEAD" ? ["--head"] : ["-X", method]
    if body != nil { arguments += ["--data-binary", "@-"] }
    arguments += more + [path.hasPrefix("http") ? path : "http://\(registry.host)\(path)"]
    let result = try await ChildProcess.run(ProgramCall("curl", arguments, stdin: body))
    return Reply(
        exit: result.status, status: Int(result.stdout) ?? 0,
        headers: String(decoding: (try? folder.read("head")) ?? [], as: UTF8.self),
        body: (try? folder.read("body")) ?? [])
}

/// Runs a program that has to succeed and gives its output.
@discardableResult
func run(_ program: String, _ arguments: String..., in directory: String? = nil) async throws
    -> String
{
    let call = ProgramCall(program, arguments, directory: directory)
    return try await ChildProcess.run(call).checked().stdout
}

/// A reference that skopeo pushes to or pulls from.
func docker(_ registry: ScriptedRegistry, _ rest: String) -> String {
    "docker://\(registry.host)/\(rest)"
}

let someBytes = Array("some bytes that a test pushes around".utf8)
