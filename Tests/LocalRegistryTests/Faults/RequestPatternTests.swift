import HTTPTypes
import OCIRegistry
import Testing

@testable import LocalRegistry

@Suite("Patterns of requests")
struct RequestPatternTests {
    @Test(
        "what fits",
        arguments: [
            ("*", "GET", "/", nil), ("PUT", "PUT", "/a", nil), ("/a", "GET", "/a", "x"),
            ("* /a", "GET", "/a", nil), ("GET *", "GET", "/a/b", nil),
            ("GET /v2/**", "GET", "/v2/", nil), ("GET /v2/**", "GET", "/v2/a/b", nil),
            ("/v2/*/tags", "GET", "/v2/a/tags", nil),
            ("/v2/**/manifests/*", "GET", "/v2/a/b/manifests/v1", nil),
            ("/v2/**/blobs/sha256:*", "GET", "/v2/a/blobs/sha256%3Aabc", nil),
            ("/**/b", "GET", "/a/b/b/b", nil), ("/a*c", "GET", "/abcbc", nil),
            ("POST /u/?mount=*&from=a/**", "POST", "/u/", "from=a/b&x&mount=1"),
            ("?digest=*", "GET", "/any", "digest=1"),
        ] as [(String, String, String, String?)])
    func fits(_ text: String, _ method: String, _ path: String, _ query: String?) throws {
        #expect(try matches(text, method, path, query))
    }

    @Test(
        "what does not fit",
        arguments: [
            ("PUT", "GET", "/a", nil), ("/a", "GET", "/ab", nil), ("/a", "GET", "/", nil),
            ("/v2/*/tags", "GET", "/v2/a/b/tags", nil),
            ("/v2/**/manifests/*", "GET", "/v2/a/manifests/b/c", nil),
            ("POST /u/?mount=*&from=*", "POST", "/u/", "mount=1"),
            ("?digest=*", "GET", "/digest=1", nil),
        ] as [(String, String, String, String?)])
    func fitsNot(_ text: String, _ method: String, _ path: String, _ query: String?) throws {
        #expect(try !matches(text, method, path, query))
    }

    @Test("what is no pattern", arguments: ["", "put /a", "PUTT", "GET a", "GET /a /b", "/a /b"])
    func wrong(_ text: String) {
        #expect(throws: OCIError.self) { try RequestPattern(text) }
    }

    @Test("a hostile path takes no time that grows with the number of stars")
    func bounded() {
        let glob = Glob(String(repeating: "*a**", count: 50) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 5000)))
    }

    private func matches(
        _ text: String, _ method: String, _ path: String, _ query: String?
    ) throws -> Bool {
        let method = try #require(HTTPRequest.Method(method))
        return try RequestPattern(text).matches(method: method, path: path, query: query)
    }
}
