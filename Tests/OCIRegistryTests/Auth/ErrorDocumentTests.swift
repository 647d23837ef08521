import Testing

@testable import OCIRegistry

@Suite struct ErrorDocumentTests {
    private func summary(_ body: String, _ secrets: [String] = []) -> String? {
        ErrorDocument(Array(body.utf8), redacting: secrets).summary
    }

    @Test(arguments: [
        (
            #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"x","Revision":2}}]}"#,
            "MANIFEST_UNKNOWN: manifest unknown (Revision: 2, Tag: x)"
        ),
        (#"{"errors":[{"code":"NAME_UNKNOWN","message":""}]}"#, "NAME_UNKNOWN"),
        (#"{"errors":[{"code":"A"},{"code":"B","message":"b"}]}"#, "A; B: b"),
        (#"{"errors":[{"code":"A","message":"m","detail":null}]}"#, "A: m"),
        (#"{"errors":["plain"]}"#, "plain"),
        (#"{"details":"incorrect username or password"}"#, "incorrect username or password"),
        (#"{"message":"token is required","url":"https://x"}"#, "token is required"),
        (#"{"error":"invalid_grant","error_description":"expired"}"#, "invalid_grant: expired"),
        (#"{"error":{"code":"X","message":"y"}}"#, "X: y"),
        ("authGroup.Verify\n", "authGroup.Verify"),
        (#"{"errors":[{"code":"#, #"{"errors":[{"code":"#),
        (
            "<html><head><title>413 Request Entity Too Large</title><style>b{}</style></head>\n<body><h1>413</h1><!-- x > y --><hr>nginx &amp; co</body></html>",
            "413 Request Entity Too Large 413 nginx & co"
        ),
        ("<script>alert(1)</script >Gone", "Gone"),
        ("a\u{1b}[31m b\r\n\tc\u{202e}d\u{200b}", "a[31m b cd"),
    ])
    func saysWhatTheRegistrySaid(_ body: String, _ expected: String) {
        #expect(summary(body) == expected)
    }

    @Test(arguments: ["", " \n", "{}", "[]", #"{"errors":[]}"#, "\u{0}"])
    func saysNothingWhereNothingWasSaid(_ body: String) {
        #expect(summary(body) == nil)
    }

    @Test func isBounded() throws {
        for body in [
            String(repeating: "x", count: 60000),
            String(repeating: "e\u{301}\u{302}", count: 20000),
            #"{"errors":[\#(String(repeating: #"{"code":"C"},"#, count: 999))"x"]}"#,
            #"{"message":\#(String(repeating: "[", count: 400))1\#(String(repeating: "]", count: 400))}"#,
        ] {
            let text = try #require(summary(body))
            #expect(text.unicodeScalars.count <= ErrorDocument.summaryLimit)
        }
    }

    @Test func survivesBytesThatAreNoText() {
        #expect(ErrorDocument([0xff, 0xfe, 0x41]).summary?.hasSuffix("A") == true)
    }

    @Test(arguments: [
        "no hunter2 here", #"{"message":"hunter2"}"#, #"{"errors":[{"detail":{"hunter2":1}}]}"#,
        #"{"message":"h\u0075nter2"}"#, "hunter2\u{301}", "hunt\u{0}er2 hun\u{200b}ter2",
        "<p>hunter2</p>", #"{"code":"hunter2","message":"m"}"#,
        String(repeating: "x", count: 496) + "hunter2",
    ])
    func hidesSecrets(_ body: String) throws {
        let text = try #require(summary(body, ["hunter2", ""]))
        #expect(!text.contains("hunter2") && !text.contains("hunt"))
    }

    @Test func hidesEncodedSecretsAndTheLongestFirst() {
        #expect(summary("at a%2Fb%3D now", ["a/b="]) == "at … now")
        #expect(summary("[secret-token]", ["secret", "secret-token"]) == "[…]")
    }

    @Test func findsCodesWhateverTheirCase() {
        let document = ErrorDocument(Array(#"{"errors":[{"code":"blob_unknown"}]}"#.utf8))
        #expect(document.contains(code: "BLOB_UNKNOWN"))
        #expect(!document.contains(code: "MANIFEST_UNKNOWN"))
    }
}
