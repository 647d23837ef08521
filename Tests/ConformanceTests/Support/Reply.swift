import HTTPTypes
import Testing

@testable import OCIRegistry

/// What a registry answered, with the request, so that a failed check can say both.
struct Reply: Sendable, CustomStringConvertible {
    var request: String
    var target: Location
    var status: Int
    var fields: HTTPFields
    var body: [UInt8]

    var description: String {
        let isText = self["Content-Type"]?.contains("json") ?? false
        let text =
            isText ? String(decoding: body.prefix(300), as: UTF8.self) : "\(body.count) bytes"
        let fields = fields.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
        return "\(request) → \(status) [\(fields)] \(text)"
    }

    /// A field's value; several are joined by commas.
    subscript(_ name: String) -> String? { HTTPField.Name(name).flatMap { fields[$0] } }

    /// The place in `Location`, which may be relative. Fails the test where there is none.
    func location(_ at: SourceLocation = #_sourceLocation) throws -> Location {
        try target.resolving(#require(self["Location"], "\(self)", sourceLocation: at))
    }

    /// The next page that `Link` names. RFC 8288.
    var next: Location? {
        get throws {
            guard let link = self["Link"] else { return nil }
            let parts = link.split(separator: ";", maxSplits: 1)
            guard let address = parts.first?.split(whereSeparator: { $0.isWhitespace }).first,
                address.hasPrefix("<"), address.hasSuffix(">"),
                parts.count == 2, parts[1].contains("rel=\"next\"")
            else {
                Issue.record("'\(link)' is not a link to the next page")
                return nil
            }
            return try target.resolving(String(address.dropFirst().dropLast()))
        }
    }

    /// The body as a JSON document. Fails the test where it is none.
    func json<Document: Decodable>(_ type: Document.Type) throws -> Document {
        try JSON.decode(type, from: body, what: description)
    }
}

extension Reply {
    /// Checks the status and goes on.
    @discardableResult
    func expect(_ statuses: Int..., at: SourceLocation = #_sourceLocation) -> Reply {
        #expect(statuses.contains(status), "\(self)", sourceLocation: at)
        return self
    }

    /// Checks the status and ends the test where it is another.
    @discardableResult
    func require(_ statuses: Int..., at: SourceLocation = #_sourceLocation) throws -> Reply {
        try #require(statuses.contains(status), "\(self)", sourceLocation: at)
        return self
    }

    /// Checks a field.
    @discardableResult
    func expect(
        _ name: String, _ value: String, at: SourceLocation = #_sourceLocation
    ) -> Reply {
        #expect(self[name] == value, "\(name) of \(self)", sourceLocation: at)
        return self
    }

    /// Checks the content, its length and its digest.
    @discardableResult
    func expect(
        content bytes: [UInt8], _ digest: Digest, at: SourceLocation = #_sourceLocation
    ) -> Reply {
        // Not compared within the macro, which would print both.
        let isSame = body == bytes
        #expect(isSame, "the content of \(self)", sourceLocation: at)
        return expect(length: bytes.count, digest, at: at)
    }

    /// Checks the fields that tell of content.
    @discardableResult
    func expect(
        length: Int, _ digest: Digest, at: SourceLocation = #_sourceLocation
    ) -> Reply {
        expect("Content-Length", "\(length)", at: at)
        return expect("Docker-Content-Digest", "\(digest)", at: at)
    }

    /// Checks that the answer is an error document with one of the codes.
    ///
    /// OCI distribution-spec, "Error Codes".
    @discardableResult
    func expect(error codes: String..., at: SourceLocation = #_sourceLocation) -> Reply {
        struct Document: Decodable {
            struct Entry: Decodable {
                var code: String
                var message: String
            }
            var errors: [Entry]
        }
        let document = try? json(Document.self)
        #expect(document != nil, "no error document: \(self)", sourceLocation: at)
        let type = self["Content-Type"] ?? ""
        #expect(type.hasPrefix("application/json"), "\(self)", sourceLocation: at)
        let found = document?.errors.map(\.code) ?? []
        #expect(found.contains { codes.contains($0) }, "\(self)", sourceLocation: at)
        return self
    }
}
