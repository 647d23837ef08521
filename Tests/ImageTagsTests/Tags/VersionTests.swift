import ImageTags
import OCIRegistry
import Testing

@Suite("Versions")
struct VersionTests {
    private func version(_ text: String, _ scheme: VersionScheme = .semver) throws -> Version {
        try Version(text, scheme)
    }

    @Test("are compared by number, not by letter")
    func numbers() throws {
        #expect(try version("2026.7.10", .calver) > version("2026.7.9", .calver))
        #expect(try version("2026.10.1", .calver) > version("2026.9.30", .calver))
        #expect(try version("10.0.0") > version("9.9.9"))
        #expect(try version("1.2.3") == version("1.2.3"))
    }

    @Test("that come before a release are ordered as Semantic Versioning says")
    func prereleases() throws {
        // The specification's own example, section 11.4.
        let order = [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
            "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-0",
        ]
        for (left, right) in zip(order, order.dropFirst()) {
            #expect(try version(left) < version(right), "\(left) \(right)")
            #expect(try !(version(right) < version(left)), "\(left) \(right)")
        }
        #expect(try version("2026.7.10-rc.2", .calver).isPrerelease)
        #expect(try !version("2026.7.10", .calver).isPrerelease)
    }

    @Test(
        "are written in one way",
        arguments: [
            "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "v1.2.3", "1.2.3-", "1.2.3-a..b",
            "1.2.3-01", "1.2.3+build", "", "1..3", "-1.2.3", "1.2.x", "1.2.3-ä",
            "99999999999999999999.0.0", "١.٢.٣",
        ])
    func illegal(text: String) {
        #expect(Version(parsing: text, .semver) == nil)
        #expect(throws: OCIError.self) { try Version(text, .semver) }
    }

    @Test(
        "of the calendar have a year and a month",
        arguments: ["26.7.1", "2026.0.1", "2026.13.1", "2026.07.1", "1999.1.1"])
    func calendar(text: String) { #expect(Version(parsing: text, .calver) == nil) }

    @Test(
        "are written as they were read",
        arguments: ["0.0.0", "2026.7.10", "1.0.0-rc.1", "1.0.0-x-y.7.z"])
    func round(text: String) throws { #expect(try version(text).description == text) }
}
