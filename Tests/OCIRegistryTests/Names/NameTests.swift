import Testing

@testable import OCIRegistry

@Suite struct NameTests {
    private let hex = String(repeating: "0123456789abcdef", count: 4)

    @Test func digests() throws {
        #expect(try Digest(parsing: "sha256:\(hex)").hex == hex)
        #expect(try Digest(parsing: "sha512:\(hex)\(hex)").algorithm == .sha512)
        for text in [
            "", "sha256", "sha256:", "sha256:abc", "sha256:\(hex.uppercased())", "md5:\(hex)",
            "sha256:\(hex)0", "sha512:\(hex)", "sha256:\(hex.dropLast())g", "sha256:\(hex):",
        ] {
            #expect(throws: OCIError.self, "\(text)") { try Digest(parsing: text) }
        }
    }

    @Test func tags() throws {
        for text in ["latest", "1.2.3", "_x", "A-b_c.d", String(repeating: "a", count: 128)] {
            #expect(try Tag(text).description == text)
        }
        for text in ["", ".a", "-a", "a b", "a/b", "ä", "a:b", String(repeating: "a", count: 129)] {
            #expect(throws: OCIError.self, "\(text)") { try Tag(text) }
        }
    }

    @Test func repositoryNames() throws {
        for text in ["a", "a/b", "a-b", "a--b", "a_b", "a__b", "a.b/c---d/e0", "0/1"] {
            #expect(try RepositoryName(text).description == text)
        }
        for text in [
            "", "/a", "a/", "a//b", "A", "a___b", "a..b", "-a", "a-", "a._b", "_a", "a b", "ä",
            String(repeating: "a", count: 256),
        ] {
            #expect(throws: OCIError.self, "\(text)") { try RepositoryName(text) }
        }
        let error = #expect(throws: OCIError.self) { try RepositoryName("Team/App") }
        #expect(error?.advice?.contains("team/app") == true)
    }

    @Test func hosts() throws {
        for text in ["git.example.org", "localhost:5000", "[::1]:5000", "10.0.0.1", "my_host"] {
            #expect(try RegistryHost(text).description == text)
        }
        #expect(try RegistryHost("registry-1.docker.io") == .dockerHub)
        for text in ["", "a:", "a:0", "a:65536", "a:x", "a/b", "u@h", "[::1", "a b"] {
            #expect(throws: OCIError.self, "\(text)") { try RegistryHost(text) }
        }
        for text in ["localhost", "127.0.0.1:1", "127.9.8.7", "[::1]:2"] {
            #expect(try RegistryHost(text).isLoopback)
        }
        for text in ["localhost.evil.org", "127.0.0.1.evil.org", "128.0.0.1", "[::2]"] {
            #expect(try !RegistryHost(text).isLoopback)
        }
    }

    @Test func references() throws {
        let digest = "sha256:\(hex)"
        let full = try Reference(parsing: "h.example:5000/a/b:t@\(digest)")
        #expect(full.host.description == "h.example:5000")
        #expect(full.repository.description == "a/b")
        #expect(full.tag?.description == "t")
        #expect(full.selector == digest)
        #expect(full.description == "h.example:5000/a/b:t@\(digest)")
        #expect(try Reference(parsing: "debian").description == "docker.io/library/debian")
        #expect(try Reference(parsing: "team/app:1").name == "docker.io/team/app")
        #expect(try Reference(parsing: "localhost/app").name == "localhost/app")
        #expect(try Reference(parsing: "h:5000/app").tag == nil)
        for text in [
            "", "h.example/", "h.example/A", "h.example/a:", "h.example/a@x", "h.example:x/a",
        ] {
            #expect(throws: OCIError.self, "\(text)") { try Reference(parsing: text) }
        }
    }

    @Test func platforms() throws {
        let arm = try Platform(parsing: "linux/arm64/v8")
        #expect(arm.satisfies(try Platform(parsing: "linux/arm64")))
        #expect(!(try Platform(parsing: "linux/arm64")).satisfies(arm))
        for text in ["", "linux", "linux/", "/amd64", "a/b/c/d"] {
            #expect(throws: OCIError.self, "\(text)") { try Platform(parsing: text) }
        }
    }
}
