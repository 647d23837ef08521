import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite("Names")
struct NameTests {
    @Test(
        "A repository may be called what parts of the API are called",
        arguments: [
            "a/blobs/uploads/manifests", "blobs", "manifests", "uploads", "tags", "referrers",
            "tags/list", "tags/list/manifests", "a/tags/list", "blobs/uploads",
            "referrers/manifests/blobs", "v2", "v2/tags", "catalog", "a/manifests/latest",
        ])
    func reserved(_ name: String) async throws {
        let repository = try await RegistryUnderTest.repository(named: name)
        let content = try await Kind.subjects.make()
        for (number, blob) in content.blobs.enumerated() {
            let method = PushMethod.allCases[number % PushMethod.allCases.count]
            try await method.push(blob.bytes, as: blob.digest, to: repository).expect(201)
            try await repository.expect(blob: blob.bytes, blob.digest)
        }
        try await repository.publish(content)
        for document in content.documents {
            for reference in document.tags + ["\(document.digest)"] {
                try await repository.manifest(.get, reference).expect(200)
                    .expect(content: document.bytes, document.digest)
            }
        }
        let page = try await repository.ask(.get, "tags/list").require(200).json(TagPage.self)
        #expect(page.name == name)
        #expect(page.tags == content.tags.sorted())
        for (subject, entries) in content.referrers {
            #expect(Set(try await repository.referrers(of: subject)) == Set(entries))
        }
    }

    @Test(
        "Names with every separator are taken", arguments: ["a.b", "a_b", "a__b", "a---b", "0/0"])
    func separators(_ name: String) async throws {
        let repository = try await RegistryUnderTest.repository(named: name)
        let content = try await Kind.emptyIndex.make()
        try await repository.publish(content)
        #expect(try await repository.tags() == content.tags)
    }

    @Test(
        "What is no name is refused",
        arguments: [
            "Upper/case", "-a", "a-", "a..b", "a___b", "a._b", "a/_b", "a//b", "/a", "a/", "%20",
            "a%2Fb%2F", "a+b", "_catalog", String(repeating: "a", count: 256),
        ])
    func illegal(_ name: String) async throws {
        let repository = try await RegistryUnderTest.repository(named: name)
        let document = try #require(try await Kind.emptyIndex.make().documents.first)
        let replies = [
            try await repository.ask(.get, "tags/list"),
            try await repository.ask(.post, "blobs/uploads/"),
            try await repository.put(document, as: "latest"),
            try await repository.manifest(.get, "latest"),
        ]
        for reply in replies {
            reply.expect(400, 404)
            reply.expect(error: "NAME_INVALID", "NAME_UNKNOWN")
        }
    }
}
