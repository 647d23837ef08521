import Testing

@testable import OCIRegistry

@Suite struct LocationTests {
    private let base = Location(
        scheme: "https", authority: "r.example.org", path: "/v2/a/blobs/uploads/?x=1")

    @Test func resolvesEveryForm() throws {
        let cases = [
            ("/v2/b?y=2", "https", "r.example.org", "/v2/b?y=2"),
            ("next", "https", "r.example.org", "/v2/a/blobs/uploads/next"),
            ("https://Other.example:444/p", "https", "other.example:444", "/p"),
            ("//cdn.example/p", "https", "cdn.example", "/p"),
            ("https://cdn.example", "https", "cdn.example", "/"),
            ("https://cdn.example?q", "https", "cdn.example", "/?q"),
        ]
        for (text, scheme, authority, path) in cases {
            let expected = Location(scheme: scheme, authority: authority, path: path)
            #expect(try base.resolving(text) == expected, "\(text)")
        }
    }

    @Test func refusesDowngradesAndOtherSchemes() {
        for text in [
            "http://r.example.org/x", "ftp://r.example.org/x", "file:///etc/passwd",
            "https://user:secret@r.example.org/x", "https:///x", "a b", "x\r\nHost: y",
        ] {
            let error = #expect(throws: OCIError.self) { try base.resolving(text) }
            #expect(error?.kind == .protocolViolation, "\(text)")
            #expect(error?.description.contains("secret") != true)
        }
    }

    @Test func originsCompareWithTheirPorts() throws {
        let plain = Location(scheme: "https", authority: "h", path: "/")
        #expect(plain.hasSameOrigin(as: Location(scheme: "https", authority: "h:443", path: "/x")))
        #expect(!plain.hasSameOrigin(as: Location(scheme: "https", authority: "h:444", path: "/")))
        #expect(!plain.hasSameOrigin(as: Location(scheme: "http", authority: "h", path: "/")))
        let v6 = Location(scheme: "http", authority: "[::1]", path: "/")
        #expect(v6.hasSameOrigin(as: Location(scheme: "http", authority: "[::1]:80", path: "/")))
    }

    @Test func linkFields() {
        #expect(
            LinkField.next("</v2/a/tags/list?last=b&n=2>; rel=\"next\"")
                == "/v2/a/tags/list?last=b&n=2")
        #expect(LinkField.next("<x>; rel=prev, <y>; rel=next") == "y")
        #expect(LinkField.next("<x>; title=\"a; b\"; rel=\"prev next\"") == "x")
        #expect(LinkField.next("<x>; rel=\"last\"") == nil)
        #expect(LinkField.next("nonsense") == nil)
    }
}
