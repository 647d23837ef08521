import FoundationEssentials
import HTTPTypes
import Testing

@testable import LocalRegistry

@Suite("Samples of the pages")
struct PageSamples {
    private static let folder = ProcessInfo.processInfo.environment["PAGE_SAMPLES"]

    @Test("are written where PAGE_SAMPLES says, to be looked at", .enabled(if: folder != nil))
    func write() throws {
        let folder = try #require(Self.folder)
        let renderer = try PageRenderer()
        let now = PageFixtures.now
        let pages = [
            "empty": renderer.html(ListView(PageFixtures.empty, now: now), template: "list"),
            "list": renderer.html(ListView(PageFixtures.list, now: now), template: "list"),
            "repository": renderer.html(
                RepositoryView(PageFixtures.repository, now: now), template: "repository"),
            "image": renderer.html(ImageView(PageFixtures.image, now: now), template: "image"),
            "index": renderer.html(ImageView(PageFixtures.index, now: now), template: "image"),
        ]
        let policy = try #require(PageHeaders.fields[.contentSecurityPolicy])
        try Data(policy.utf8).write(to: URL(filePath: "\(folder)/policy.txt"))
        for (name, html) in pages {
            try Data(html.utf8).write(to: URL(filePath: "\(folder)/\(name).html"))
        }
    }
}
