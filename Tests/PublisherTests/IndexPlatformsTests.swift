import ImageTags
import OCIRegistry
import Testing

@testable import Publisher

/// Which images an index takes for which platforms.
@Suite struct IndexPlatformsTests {
    private func platform(_ text: String) throws -> Platform { try Platform(parsing: text) }

    private func refusal(wanted: [String], of images: [String]) throws -> String? {
        let platforms = try IndexPlatforms(try wanted.map { try platform($0) })
        do {
            try platforms.check(
                try images.enumerated().map { (try platform($1), "image \($0)") })
            return nil
        } catch let refusal as PolicyRefusal {
            return refusal.message
        }
    }

    @Test(
        "exactly what was asked for passes",
        arguments: [
            ([], ["linux/amd64", "linux/arm64/v8"]),
            (["linux/arm64", "linux/amd64"], ["linux/amd64", "linux/arm64/v8"]),
            (["linux/arm64/v8"], ["linux/arm64"]),
            (["linux/arm/v6", "linux/arm"], ["linux/arm/v7", "linux/arm/v6"]),
            (["linux/amd64/v1"], ["linux/amd64"]),
        ])
    func passes(wanted: [String], images: [String]) throws {
        #expect(try refusal(wanted: wanted, of: images) == nil)
    }

    @Test(
        "two for one, one too many or too few is refused",
        arguments: [
            ([], ["linux/arm64", "linux/arm64/v8"], "two images are for linux/arm64/v8"),
            ([], ["linux/arm", "linux/arm/v7"], "two images are for linux/arm/v7"),
            (["linux/amd64"], ["linux/amd64", "linux/s390x"], "image 1 is for linux/s390x"),
            (["linux/amd64"], ["linux/amd64/v2"], "linux/amd64/v2, which was not asked for"),
            (["linux/amd64", "linux/arm"], ["linux/amd64"], "no image for linux/arm"),
            (["linux/amd64"], [], "no image for linux/amd64"),
            ([], [], "no image to put"),
        ])
    func refuses(wanted: [String], images: [String], message: String) throws {
        let said = try #require(try refusal(wanted: wanted, of: images))
        #expect(said.contains(message), "\(said)")
    }

    @Test func aPlatformIsAskedForOnce() throws {
        let twice = [try platform("linux/arm64"), try platform("linux/arm64/v8")]
        #expect(throws: OCIError.self) { try IndexPlatforms(twice) }
    }

    @Test func versionsOfWindowsAreOfOnePlatform() throws {
        let platforms = try IndexPlatforms([try platform("windows/amd64")])
        var old = try platform("windows/amd64")
        old.osVersion = "10.0.17763.1"
        var new = old
        new.osVersion = "10.0.20348.1"
        try platforms.check([(old, "old"), (new, "new")])
        #expect(throws: PolicyRefusal.self) { try platforms.check([(old, "old"), (old, "twin")]) }
    }
}
