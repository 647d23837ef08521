import OCIRegistry
import SystemPackage
import Yams

/// Reads the file of `--faults`: YAML of at most 1 MiB, a list of faults under `faults`.
///
/// ```yaml
/// faults:
///   - {on: "PUT /v2/**/manifests/*", times: 2, status: 503, headers: {Retry-After: "1"}, body: busy}
///   - {on: "POST", refuse: 413}                              # as status, before the body was read
///   - {on: "PATCH", skip: 1, drop-after-receiving: 64KiB}    # resets the connection
///   - {on: "GET /v2/**/blobs/**", drop-after-sending: 1000}  # hangs up
///   - {on: "GET /v2/**/blobs/**", truncate: 1000}            # ends the body early
///   - {on: "GET /v2/**/blobs/**", corrupt: 10}               # flips a bit of the reply's byte 10
///   - {on: "PATCH", corrupt-request: 10}                     # flips a bit of the request's byte 10
///   - {on: "GET /v2/**/manifests/*", replace-body: "{}"}
///   - {on: "POST", rewrite-headers: {Location: /elsewhere, Docker-Upload-UUID: null}}  # null removes
///   - {on: "PUT /v2/**", lose-reply: true}                   # does the work, then resets
///   - {on: "DELETE /v2/**", status: 405, times: always}
///   - {on: "GET /v2/**", delay: 500ms}                       # ms, s or m
///   - {on: "PATCH /v2/**", throttle: 1MB/s}                  # both directions
///   - {on: "POST /v2/**/uploads/?mount=*", expire-tokens: true}
/// ```
///
/// `on` is a ``RequestPattern``; without it, every request fits. `skip` lets the first so many
/// through (0), `times` is how many are spoiled after those (1, or `always`). Each fault has exactly
/// one action; ``Fault/Action`` says what each does. Sizes take B, kB, MB, GB, KiB, MiB, GiB.
enum FaultFile {
    /// Bytes that the file may have.
    static let limit = 1 << 20

    /// Reads a file. Throws ``OCIError`` that names the file, the line and the cure.
    static func read(_ path: String) async throws(OCIError) -> [Fault] {
        let file = try OpenFile(FilePath(path))
        guard file.size <= limit else {
            throw OCIError(
                .configuration, "the file is larger than \(limit) bytes", subject: path,
                advice: "check that this is a faults file")
        }
        var bytes: [UInt8] = []
        let reader = file.whole.reader()
        do {
            while let piece = try await reader.read() { bytes += piece }
        } catch let error as OCIError {
            throw error
        } catch {
            throw OCIError(.temporary, "reading the file was interrupted", subject: path)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw OCIError(
                .configuration, "the file is not UTF-8 text", subject: path,
                advice: "save it as UTF-8")
        }
        return try parse(text, name: path)
    }

    /// Reads text; `name` stands for the file in errors. Throws ``OCIError`` (configuration).
    static func parse(_ text: String, name: String) throws(OCIError) -> [Fault] {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw syntaxError(error, name)
        }
        guard let root else { return [] }
        let document = try FaultNode(root, name: name, what: "the file")
        try document.allow(["faults"])
        guard let list = document["faults"] else {
            throw document.error("there is no \"faults\"", "write the list under \"faults:\"")
        }
        guard case .sequence(let entries) = list.node else {
            if list.isNull { return [] }
            throw list.error("\"faults\" is not a list", "start every fault with \"- \"")
        }
        var faults: [Fault] = []
        for entry in entries {
            faults.append(try Fault(FaultNode(entry, name: name, what: "a fault")))
        }
        return faults
    }

    private static func syntaxError(_ error: any Error, _ name: String) -> OCIError {
        let (line, problem): (Int?, String) =
            switch error as? YamlError {
            case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
                .composer(_, let problem, let mark, _):
                (mark.line, problem)
            case .duplicatedKeysInMapping(let keys, let context):
                (context.mark.line, "\"\(keys.joined(separator: ", "))\" is there twice")
            case .reader(let problem, _, _, _): (nil, problem)
            default: (nil, "it cannot be read")
            }
        return OCIError(
            .configuration, "\(line.map { "line \($0): " } ?? "")not valid YAML: \(problem)",
            subject: name, advice: "correct it there, or quote the text")
    }
}
