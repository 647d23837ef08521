import ImageTags
import OCIRegistry
import Testing

@Suite("Storage and its history")
struct StorageHistoryTests {
    @Test(
        "tags of one kind have one name",
        arguments: [
            ("sha-0123abc", "sha-*"), ("gpu-sha-89abcde", "gpu-sha-*"), ("2026.7.10", "versions"),
            ("v1.2.3-rc.1", "versions"), ("bundle-2026.5.4", "bundle-*"), ("latest", "latest"),
            ("bundle-latest", "bundle-latest"), ("build-17-3", "build-*"),
            ("deadbeef", "numbers and hashes"), ("arm64", "arm64"),
        ])
    func names(tag: String, family: String) throws {
        #expect(TagFamily.name(try OCIRegistry.Tag(tag)) == family)
    }

    @Test("counts every blob once, first for what stays, and children with their index")
    func families() throws {
        var scene = Scenario(.named("latest"))
        scene.add("child", hours: 400, blobs: [("base", 1000), ("child", 5)])
        scene.add("index", hours: 400, children: ["child"])
        try scene.tag("latest", "index")
        scene.add("old", hours: 900, blobs: [("base", 1000), ("old", 7)])
        try scene.tag("sha-1", "old")
        let history = StorageHistory(scene.snapshot, scene.plan)
        #expect(
            history.families == [
                .init(name: "latest", count: 2, kept: 1205, freed: 0),
                .init(name: "sha-*", count: 1, kept: 0, freed: 107),
            ])
        #expect(history.growth.last?.all == 1312)
        #expect(history.growth.last?.kept == 1205)
        #expect(history.growth.first?.kept == 0)
    }
}
