import OCIRegistry
import SystemPackage
import TestSupport
import Testing

/// An index made of images from several places.
@Suite struct CombinedIndexTests {
    private let folder: TestSupport.TemporaryFolder

    init() throws { folder = try TestSupport.TemporaryFolder(prefix: "combined") }

    private func open(_ layout: TestSupport.OCILayout) throws -> OCIRegistry.OCILayout {
        let path = folder.file("layout-\(UInt32.random(in: 0 ... .max))")
        try layout.write(to: path)
        return try OCIRegistry.OCILayout.open(directory: FilePath(path), selector: "v")
    }

    /// An index of one image, which it lists for a platform.
    private func listed(_ image: FixtureImage, as platform: String) throws
        -> OCIRegistry.OCILayout
    {
        var layout = TestSupport.OCILayout()
        var child = try layout.add(image)
        child.platform = platform
        layout.list(layout.addIndex([child]), tag: "v")
        return try open(layout)
    }

    @Test("the order of the images does not matter")
    func order() async throws {
        let one = try open(.image(.small(seed: 1), tag: "v"))
        let two = try open(.image(.small(seed: 2, architecture: "arm64"), tag: "v"))
        let members = try await one.members() + two.members()
        let index = try CombinedIndex(members)
        let turned = try CombinedIndex(members.reversed())
        #expect(index.manifest.bytes == turned.manifest.bytes)
        #expect(index.manifest.children.map(\.platform?.architecture) == ["amd64", "arm64"])
        #expect(members.allSatisfy { $0.isAlone })
        let other = try CombinedIndex(members, annotations: ["a": "b"])
        #expect(other.manifest.digest != index.manifest.digest)
    }

    @Test("the configuration tells the platform, and an index what that lacks")
    func platform() async throws {
        let plain = FixtureImage(layers: [.random(100)], architecture: "arm")
        let found = try await listed(plain, as: "linux/arm/v6").members()
        #expect(found.map(\.platform?.description) == ["linux/arm/v6"])
        let variant = FixtureImage(layers: [.random(100)], architecture: "arm", variant: "v7")
        let own = try await listed(variant, as: "linux/arm/v6").members()
        #expect(own.map(\.platform?.description) == ["linux/arm/v7"])
        let lie = try listed(plain, as: "linux/amd64")
        await #expect(throws: OCIError.self) { try await lie.members() }
    }

    @Test("the version of Windows is told too")
    func windows() throws {
        let text = """
            {"os":"windows","architecture":"amd64","os.version":"10.0.20348.1",\
            "os.features":["win32k"],"rootfs":{"type":"layers","diff_ids":[]}}
            """
        let platform = try #require(try ImageConfig(bytes: Array(text.utf8)).platform)
        #expect(platform.osVersion == "10.0.20348.1")
        #expect(platform.osFeatures == ["win32k"])
    }

    @Test("an index within an index gives its images, and those not wanted are not read")
    func nested() async throws {
        let nested = try open(.nestedIndex(tag: "v"))
        let all = try await nested.members()
        #expect(
            Set(all.compactMap(\.platform?.architecture)) == ["amd64", "arm64", "riscv64"])
        #expect(all.filter { $0.attests != nil }.count == 2)
        let some = try await nested.members { $0.architecture == "arm64" }
        #expect(some.compactMap(\.platform?.architecture) == ["arm64"])
    }
}
