import Foundation

/// git-http-backend(1) for one folder of repositories.
struct GitBackend {
    let folder: String

    /// Runs it for a request, and reads its answer. RFC 3875.
    func answer(_ exchange: Exchange) throws -> Response {
        let head = exchange.head
        let body = try exchange.readBody(limit: 1 << 26)
        var environment = [
            "GIT_PROJECT_ROOT": folder, "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": head.method,
            "PATH_INFO": head.path, "QUERY_STRING": head.query, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": "\(body.count)",
            // The folder belongs to whoever runs the tests.
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        ]
        for (name, variable) in [
            "Content-Type": "CONTENT_TYPE", "Content-Encoding": "HTTP_CONTENT_ENCODING",
            "Git-Protocol": "GIT_PROTOCOL",
        ] {
            environment[variable] = head.headers[name]
        }
        let result = try ChildProcess.runBlocking(
            ProgramCall("git", ["http-backend"], environment: environment, stdin: body)
        ).checked()
        return Self.response(result.output)
    }

    private static func response(_ output: [UInt8]) -> Response {
        let end = Array("\r\n\r\n".utf8)
        guard let mark = output.firstRange(of: end) else { return Response(502) }
        var response = Response(200, body: Array(output[mark.upperBound...]))
        for line in String(decoding: output[..<mark.lowerBound], as: UTF8.self).split(
            separator: "\r\n")
        {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            if line[..<colon] == "Status" {
                response.status = Int(value.prefix(3)) ?? 502
            } else {
                response.headers.add(String(line[..<colon]), String(value))
            }
        }
        return response
    }
}
