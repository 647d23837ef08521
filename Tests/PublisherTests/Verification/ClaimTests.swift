import OCIRegistry
import Testing

@testable import Publisher

@Suite("What a receipt claims")
struct ClaimTests {
    @Test(
        "a receipt's first part is its host, also where it has no dot",
        arguments: ["registry", "ghcr.io"])
    func host(_ host: String) throws {
        var place = PublishReceipt.Destination(repository: "\(host)/team/app", complete: true)
        place.digest = try Digest(parsing: "sha256:" + String(repeating: "a", count: 64))
        let claim = try Claim(place)
        #expect(claim.places.map(\.reference.name) == ["\(host)/team/app"])
        #expect(claim.places.first?.reference.host == (try RegistryHost(host)))
    }

    @Test(
        "a receipt whose repository has no host is bad",
        arguments: ["", "app", "/app", "registry/"])
    func noHost(_ repository: String) {
        let place = PublishReceipt.Destination(repository: repository, complete: true)
        #expect(throws: OCIError.self) { try Claim(place) }
    }
}
