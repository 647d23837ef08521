import Foundation
import TestSupport

/// A request that `curl` makes.
struct CurlRequest {
    var method: String
    var address: String
    var body: [UInt8]?
    var mediaType = ""

    static func get(_ address: String) -> Self { Self(method: "GET", address: address) }
    static func post(_ address: String) -> Self {
        Self(method: "POST", address: address, body: [], mediaType: "application/octet-stream")
    }
    static func put(_ address: String, _ body: [UInt8], _ mediaType: String) -> Self {
        Self(method: "PUT", address: address, body: body, mediaType: mediaType)
    }
}

/// What came back.
struct CurlAnswer {
    var status: Int
    var location: String
    var body: [UInt8]
}

/// Makes requests one after the other with one `curl`, which shares no code with what is tested.
/// Throws, where `isStrict`, at the first that does not succeed.
@discardableResult
func curl(_ requests: [CurlRequest], isStrict: Bool = true) async throws -> [CurlAnswer] {
    guard !requests.isEmpty else { return [] }
    let folder = try TemporaryFolder(prefix: "curl")
    let accepted = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "*/*",
    ]
    let sections = try requests.enumerated().map { number, request in
        var lines = [
            "url = \"\(request.address)\"", "request = \(request.method)", "silent", "show-error",
            "max-time = 60", "output = \"\(folder.file("answer-\(number)"))\"",
            #"write-out = "%{http_code} %header{location}\n""#,
        ]
        if isStrict { lines.append("fail") }
        if let body = request.body {
            let file = try folder.write("body-\(number)", body)
            lines += [
                "data-binary = \"@\(file)\"", "header = \"Content-Type: \(request.mediaType)\"",
            ]
        } else {
            lines.append("header = \"Accept: \(accepted.joined(separator: ", "))\"")
        }
        return lines.joined(separator: "\n")
    }
    var arguments = ["--config", "-"]
    if isStrict { arguments.append("--fail-early") }
    let call = ProgramCall(
        "curl", arguments, stdin: Array(sections.joined(separator: "\nnext\n").utf8))
    let result = try await ChildProcess.run(call).checked()
    return result.stdout.split(separator: "\n").enumerated().map { number, line in
        let words = line.split(separator: " ")
        return CurlAnswer(
            status: words.first.flatMap { Int($0) } ?? 0,
            location: words.count > 1 ? String(words[1]) : "",
            body: (try? folder.read("answer-\(number)")) ?? [])
    }
}
