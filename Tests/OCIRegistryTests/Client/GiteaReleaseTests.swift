import OCIRegistry
import Testing

@Suite("Gitea's releases")
struct GiteaReleaseTests {
    @Test(
        "with known faults are told from the others",
        arguments: [
            ("1.24.7", false), ("1.25.0", true), ("1.25.1", true), ("1.25.2", false),
            ("1.25.0+rc0", true), ("1.26.0+dev-12-gabc", false), ("1.27", false),
            ("11.0.1+gitea-1.22.0", false), ("99.0.0+gitea-1.25.1", false),
        ])
    func faults(text: String, isFaulty: Bool) {
        let release = GiteaRelease(text)
        #expect((release.faultOfDeletion != nil) == isFaulty)
    }
}
