import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite struct RedactionTests {
    @Test(arguments: [
        ("https://h:5000/v2/a/tags/list?n=5&last=x", "https://h:5000/v2/a/tags/list?n=5&last=x"),
        (
            "https://u:p@h/v2/a/blobs/uploads/1?_state=s3cret&digest=sha256:0#f",
            "https://h/v2/a/blobs/uploads/1?_state=…&digest=sha256:0"
        ),
        ("/v2/a?mount=d&from=b&X-Amz-Signature=s", "/v2/a?mount=d&from=b&X-Amz-Signature=…"),
        ("https://h/?s3cret&&a=", "https://h/?…&&a=…"),
        ("//u@h/p", "//h/p"),
        ("https://a@b@h/p@q", "https://h/p@q"),
        ("/a//b@c/d", "/a//b@c/d"),
        ("", ""),
    ])
    func takesSecretsOutOfURLs(_ url: String, _ expected: String) {
        #expect(Redaction.redacted(url: url) == expected)
    }

    @Test func describesARequest() {
        let request = HTTPRequest(
            method: .put, scheme: "https", authority: "h:1", path: "/v2/x?_state=s&digest=d")
        #expect(Redaction.redacted(request) == "PUT https://h:1/v2/x?_state=…&digest=d")
    }

    @Test func masksHeaderFields() throws {
        let auth = try #require(HTTPField.Name("X-Registry-Auth"))
        var fields: HTTPFields = [
            .authorization: "Bearer s3cret", .proxyAuthorization: "s3cret", .cookie: "s3cret",
            auth: "s3cret", .location: "https://h/p?sig=s3cret", .contentType: "text/plain",
        ]
        fields.append(HTTPField(name: .setCookie, value: "a=s3cret"))
        fields.append(HTTPField(name: .setCookie, value: "b=s3cret"))
        let redacted = Redaction.redacted(fields)
        #expect(!redacted.contains { $0.value.contains("s3cret") })
        #expect(redacted[.authorization] == "Bearer …")
        #expect(redacted[.location] == "https://h/p?sig=…")
        #expect(redacted[.contentType] == "text/plain")
        #expect(redacted[values: .setCookie].count == 2)
    }
}

@Suite struct RetryAfterTests {
    @Test(arguments: [
        ("0", 0.0), ("120", 120), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
    ])
    func readsSecondsAndDates(_ value: String, _ expected: Double) {
        // 784111777 is 1994-11-06T08:49:37Z, the example of RFC 9110.
        #expect(RetryAfter.seconds(in: [.retryAfter: value], now: 784_111_777) == expected)
    }

    @Test(arguments: ["", "-1", "soon", "Sun, 06 Foo 1994 08:49:37 GMT", "1e9"])
    func ignoresWhatIsNeither(_ value: String) {
        #expect(RetryAfter.seconds(in: [.retryAfter: value], now: 0) == nil)
    }
}
