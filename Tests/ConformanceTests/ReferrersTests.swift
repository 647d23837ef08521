import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite("Referrers")
struct ReferrersTests {
    @Test("Each is listed with its types, size and annotations", arguments: Kind.withSubjects)
    func list(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        #expect(!content.referrers.isEmpty)
        for (subject, expected) in content.referrers {
            let found = try await repository.referrers(of: subject)
            #expect(Set(found) == Set(expected))
            #expect(found.count == expected.count)
        }
    }

    @Test("Only those of the type that is asked for are listed", arguments: Kind.withSubjects)
    func filter(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        for (subject, all) in content.referrers {
            for type in Set(all.compactMap(\.artifactType)) {
                let found = try await repository.referrers(of: subject, type: type)
                #expect(Set(found) == Set(all.filter { $0.artifactType == type }))
            }
            let type = "application/vnd.example.of-nobody"
            #expect(try await repository.referrers(of: subject, type: type).isEmpty)
        }
    }

    @Test("Many are listed each once", arguments: [nil, ContentType.first, ContentType.second])
    func many(of type: String?) async throws {
        try await checkAll(25, annotation: "small", of: type)
    }

    @Test(
        "More than a document may hold are listed each once, page by page",
        arguments: [nil, ContentType.first, ContentType.second])
    func pages(of type: String?) async throws {
        try await checkAll(25, annotation: String(repeating: "A", count: 400_000), of: type)
    }

    private func checkAll(_ count: Int, annotation: String, of type: String?) async throws {
        var builder = ContentBuilder(seed: 51)
        let subject = try await builder.image()
        for number in 0..<count {
            builder.artifact(
                type: number.isMultiple(of: 7) ? ContentType.second : ContentType.first,
                layer: Array("{}".utf8), layerType: ContentType.emptyJSON, subject: subject,
                annotations: ["org.example.number": "\(number)", "org.example.text": annotation])
        }
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(builder.content)
        let found = try await repository.referrers(of: subject.digest, type: type)
        let all = builder.content.referrers[subject.digest] ?? []
        let expected = all.filter { type == nil || $0.artifactType == type }
        let isSame = Set(found) == Set(expected)
        #expect(found.count == expected.count)
        #expect(isSame)
    }

    @Test("A referrer that is deleted is listed no more, and its subject stays")
    func delete() async throws {
        let content = try await Kind.subjects.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        let (subject, entries) = try #require(content.referrers.first)
        let gone = try #require(entries.last)
        try await repository.manifest(.delete, gone.digest).expect(202)
        let found = try await repository.referrers(of: subject)
        #expect(Set(found) == Set(entries.dropLast()))
        try await repository.manifest(.head, subject).expect(200)
    }

    @Test("A referrer that is pushed twice is listed once")
    func twice() async throws {
        let content = try await Kind.missingSubject.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        try await repository.publish(content)
        let (subject, entries) = try #require(content.referrers.first)
        #expect(try await repository.referrers(of: subject) == entries)
    }

    @Test("Referrers of one repository are not those of another")
    func elsewhere() async throws {
        let content = try await Kind.missingSubject.make()
        try await RegistryUnderTest.repository().publish(content)
        let subject = try #require(content.referrers.keys.first)
        let other = try await RegistryUnderTest.repository()
        #expect(try await other.referrers(of: subject).isEmpty)
    }

    @Test("Asking about what is no digest is refused", arguments: ["latest", "sha256:abc"])
    func invalid(_ digest: String) async throws {
        let repository = try await RegistryUnderTest.repository()
        try await repository.ask(.get, "referrers/\(digest)").expect(400, 404)
    }
}
