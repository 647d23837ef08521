import ImageTags
import OCIRegistry
import Testing

@testable import Publisher

@Suite("Manifests as prune reads them")
struct ManifestEntryTests {
    private let child = SHA2.digest(of: [1])

    private func entry(_ text: String, _ type: MediaType) -> ManifestEntry {
        var platforms: [Digest: String] = [:]
        let bytes = Array(text.utf8)
        return ManifestEntry(
            SHA2.digest(of: bytes), .init(bytes: bytes, type: type), &platforms)
    }

    @Test(
        "OCI's indexes and Docker's lists have children, of whatever type these are",
        arguments: [MediaType.ociIndex, .dockerList],
        [MediaType.ociManifest, .dockerManifest, .ociIndex, .dockerList])
    func children(type: MediaType, childType: MediaType) {
        let text = """
            {"schemaVersion":2,"mediaType":"\(type)","manifests":[{"mediaType":"\(childType)",\
            "digest":"\(child)","size":2}]}
            """
        let entry = entry(text, type)
        #expect(entry.kind == .index)
        #expect(entry.children == [child] && entry.blobs.isEmpty)
    }

    @Test("an image's subject is known, in either format of indexes too", arguments: [true, false])
    func subject(isIndex: Bool) {
        let content =
            isIndex
            ? #""mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]"#
            : """
            "mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":\
            "application/vnd.oci.empty.v1+json","digest":"\(child)","size":2},"layers":[]
            """
        let subject = SHA2.digest(of: [2])
        let text = """
            {"schemaVersion":2,\(content),"subject":{"mediaType":\
            "application/vnd.oci.image.manifest.v1+json","digest":"\(subject)","size":3}}
            """
        #expect(entry(text, isIndex ? .ociIndex : .ociManifest).subject == subject)
    }

    @Test("a type that is not understood is kept with every digest that stands in it")
    func unknown() {
        let type = MediaType(rawValue: "application/vnd.example.graph+json")
        let entry = entry(#"{"mediaType":"\#(type)","parts":["\#(child)"]}"#, type)
        #expect(entry.kind == .unknown)
        #expect(entry.children == [child])
    }
}
