import HTTPTypes

extension Repository {
    /// Tags that a page is to hold; a registry that finds that too many is asked for fewer.
    private static let pageSizes = [10_000, 1000]

    /// All tags, page after page, in the registry's order; at most `limit` of them; nil when the
    /// repository does not exist. OCI distribution-spec, end-8a and end-8b.
    public func tags(limit: Int = .max) async throws -> [Tag]? {
        let sizes = Self.pageSizes.map { min($0, limit) }
        do {
            return try await tags(limit: limit, page: sizes[0])
        } catch let error as OCIError
            where sizes[1] < sizes[0] && [400, 416, 422].contains(error.exchange?.status)
        {
            return try await tags(limit: limit, page: sizes[1])
        }
    }

    private func tags(limit: Int, page size: Int) async throws -> [Tag]? {
        struct Page: Decodable { var tags: [String]? }
        var tags: [Tag] = []
        var seen: Set<Tag> = []
        let found = try await pages("tags/list?n=\(size)") { body in
            let page = try JSON.decode(Page.self, from: body, what: "the tag list").tags ?? []
            let new = try page.map { try Tag($0) }.filter { seen.insert($0).inserted }
            tags += new
            // Some registries offer a next page after the last one, or repeat it for ever.
            return !new.isEmpty && tags.count < limit
        }
        return found ? Array(tags.prefix(limit)) : nil
    }

    /// The tags after one, in the registry's order, at most `limit` of them: whether a list that ended
    /// there had an end. OCI distribution-spec, end-8b.
    public func tags(after last: Tag, limit: Int) async throws -> [Tag] {
        struct Page: Decodable { var tags: [String]? }
        var tags: [Tag] = []
        _ = try await pages("tags/list?n=\(limit)&last=\(last)") { body in
            tags =
                try JSON.decode(Page.self, from: body, what: "the tag list").tags?
                .map { try Tag($0) } ?? []
            return false
        }
        return tags
    }

    /// Walks pages joined by `Link` fields until there is none or `take` has had enough. False
    /// when the first one does not exist.
    func pages(
        _ firstPath: String, _ take: ([UInt8]) throws -> Bool
    ) async throws -> Bool {
        let endpoint = try await retrying("\(reference)") { _ in try await client.endpoint() }
        var location = Location(
            scheme: endpoint.scheme, authority: endpoint.authority,
            path: "/v2/\(name)/\(firstPath)")
        var visited: Set<Location> = []
        while visited.insert(location).inserted {
            let request = RegistryRequest(
                .get, .location(location), fields: [.accept: "application/json"],
                delivery: .collect(limit: 16 << 20), scopes: scopes)
            let response = try await retrying("\(reference)") { _ in
                let response = try await client.perform(request)
                guard response.status == 200 || response.status == 404 else {
                    throw failure(.get, firstPath, response)
                }
                return response
            }
            if response.status == 404 {
                guard visited.count == 1 else { throw failure(.get, firstPath, response) }
                return false
            }
            guard try take(response.body), let link = response.head.headerFields[.link],
                let next = LinkField.next(link)
            else { return true }
            let target = try location.resolving(next)
            guard target.hasSameOrigin(as: location) else {
                throw OCIError(
                    .protocolViolation, "the next page of a list is on another host",
                    exchange: .init(request: "\(target)", status: response.status))
            }
            location = target
        }
        return true
    }
}

/// The `Link` field. RFC 8288, section 3.
enum LinkField {
    /// The target of the first link whose relation is `next`.
    static func next(_ value: String) -> String? {
        var rest = value[...]
        while let open = rest.firstIndex(of: "<"),
            let close = rest[open...].firstIndex(of: ">")
        {
            let target = rest[rest.index(after: open)..<close]
            let after = rest[rest.index(after: close)...]
            let end = after.firstIndex(of: "<") ?? after.endIndex
            let isNext = after[..<end].split(separator: ";").contains { parameter in
                let parts = parameter.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { return false }
                let name = parts[0].filter { !$0.isWhitespace }.lowercased()
                let relations = parts[1].filter { $0 != "\"" && $0 != "," }.split(separator: " ")
                return name == "rel" && relations.contains { $0.lowercased() == "next" }
            }
            if isNext { return String(target) }
            rest = after[end...]
        }
        return nil
    }
}
