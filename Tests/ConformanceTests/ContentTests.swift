import HTTPTypes
import Testing

@testable import OCIRegistry

@Suite("Content of every kind")
struct ContentTests {
    @Test("is taken as the specification says", arguments: Kind.allCases)
    func push(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        for (number, blob) in content.blobs.enumerated() {
            let method = PushMethod.allCases[number % PushMethod.allCases.count]
            let reply = try await method.push(blob.bytes, as: blob.digest, to: repository)
            try reply.require(201).expect("Docker-Content-Digest", "\(blob.digest)")
        }
        for document in content.documents {
            let parameters = content.tagsWithDigest ? document.tags.map { ("tag", $0) } : []
            let reply = try await repository.put(
                document, as: document.digest, query: parameters)
            try await check(reply, document, repository)
            guard !content.tagsWithDigest else {
                let named = (reply["OCI-Tag"] ?? "").split { ",".contains($0) || $0 == " " }
                #expect(named.map { String($0) }.sorted() == document.tags.sorted(), "\(reply)")
                continue
            }
            for tag in document.tags {
                let reply = try await repository.put(document, as: tag)
                try await check(reply, document, repository)
            }
        }
    }

    private func check(
        _ reply: Reply, _ document: Document, _ repository: TestRepository
    ) async throws {
        try reply.require(201).expect("Docker-Content-Digest", "\(document.digest)")
        if let subject = document.subject { reply.expect("OCI-Subject", "\(subject)") }
        try await repository.wire.send(
            .get, to: reply.location(), fields: TestRepository.accept
        ).expect(200).expect("Content-Type", document.mediaType)
            .expect(content: document.bytes, document.digest)
    }

    @Test("has its tags listed, all of them and those after one", arguments: Kind.withTags)
    func list(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        let tags = content.tags.sorted()
        #expect(try await repository.tags() == tags)
        for (number, tag) in tags.enumerated() {
            let after = try await repository.tags([("last", tag)])
            #expect(after == Array(tags[(number + 1)...]))
        }
    }

    @Test("is found by HEAD", arguments: Kind.allCases)
    func head(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        for document in content.documents {
            for reference in document.tags + ["\(document.digest)"] {
                let reply = try await repository.manifest(.head, reference).expect(200)
                reply.expect("Content-Type", document.mediaType)
                reply.expect(length: document.bytes.count, document.digest)
                #expect(reply.body.isEmpty)
            }
        }
        for blob in content.blobs {
            let reply = try await repository.blob(.head, blob.digest).expect(200)
            reply.expect(length: blob.bytes.count, blob.digest)
        }
    }

    @Test("is served byte for byte", arguments: Kind.allCases)
    func get(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        for document in content.documents {
            for reference in document.tags + ["\(document.digest)"] {
                try await repository.manifest(.get, reference).expect(200)
                    .expect("Content-Type", document.mediaType)
                    .expect(content: document.bytes, document.digest)
            }
        }
        for blob in content.blobs {
            try await repository.blob(.get, blob.digest).expect(200)
                .expect(content: blob.bytes, blob.digest)
        }
    }

    @Test("goes when it is deleted, at once", arguments: Kind.allCases)
    func delete(_ kind: Kind) async throws {
        let content = try await kind.make()
        let repository = try await RegistryUnderTest.repository()
        try await repository.publish(content)
        for document in content.documents {
            for tag in document.tags {
                try await repository.manifest(.delete, tag).expect(202)
                try await repository.manifest(.head, tag).expect(404)
            }
        }
        for document in content.documents.reversed() {
            try await repository.manifest(.delete, document.digest).expect(202, 404)
            try await repository.manifest(.head, document.digest).expect(404)
        }
        for blob in content.blobs {
            try await repository.blob(.delete, blob.digest).expect(202, 404)
            try await repository.blob(.head, blob.digest).expect(404)
        }
        for subject in content.referrers.keys {
            #expect(try await repository.referrers(of: subject).isEmpty)
        }
    }
}
