import HTTPTypes

@testable import OCIRegistry

/// A transport that answers by a closure, keeps what it was sent, and holds to the bounds that
/// ``HTTPTransport`` promises.
actor FakeTokenService: HTTPTransport {
    typealias Answer = @Sendable (TransportRequest, Int) async throws -> TransportResponse

    private let answer: Answer
    private(set) var requests: [TransportRequest] = []

    /// The closure gets the request and how many came before it.
    init(_ answer: @escaping Answer) { self.answer = answer }

    /// Always the same answer.
    init(_ status: Int = 200, _ body: String = #"{"token":"T"}"#, fields: HTTPFields = [:]) {
        self.init { _, _ in .answer(status, body, fields: fields) }
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        requests.append(request)
        let response = try await answer(request, requests.count - 1)
        if case .collect(let limit) = request.delivery, response.body.count > limit {
            throw OCIError(.badData, "the response is larger than \(limit) bytes")
        }
        return response
    }

    /// Everything that was sent, as text.
    var transcript: String { requests.map(\.transcript).joined(separator: "\n") }
}

extension TransportResponse {
    static func answer(_ status: Int, _ body: String, fields: HTTPFields = [:]) -> Self {
        TransportResponse(
            head: HTTPResponse(status: .init(code: status), headerFields: fields),
            body: Array(body.utf8))
    }
}

extension HTTPResponse {
    /// A 401 with these `WWW-Authenticate` lines.
    static func unauthorized(_ challenges: String...) -> HTTPResponse {
        var fields = HTTPFields()
        for challenge in challenges {
            fields.append(HTTPField(name: .wwwAuthenticate, value: challenge))
        }
        return HTTPResponse(status: .unauthorized, headerFields: fields)
    }
}

extension TransportRequest {
    var authorization: String? { head.headerFields[.authorization] }

    var form: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    var url: String { "\(head.scheme ?? "")://\(head.authority ?? "")\(head.path ?? "")" }

    var transcript: String {
        "\(head.method.rawValue) \(url)\n"
            + head.headerFields.map { "\($0.name): \($0.value)\n" }.joined() + form
    }
}
