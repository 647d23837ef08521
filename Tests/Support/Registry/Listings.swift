import Foundation
import Synchronization

extension RegistryCore {
    /// The tags of a repository, in pages by `n` and `last`.
    func tags(_ request: RegistryRequest, _ repository: String) -> Response {
        guard let held = state.withLock({ $0.repositories[repository] }) else {
            return error(404, "NAME_UNKNOWN", "repository name not known to registry")
        }
        var names = held.tags.keys.sorted()
        if let last = request.query("last") { names = names.filter { $0 > last } }
        let asked = request.query("n").flatMap { Int($0) }
        let size = min(asked ?? .max, quirks.largestTagPage ?? .max)
        let page = names.prefix(size)
        var headers: HeaderFields = ["Content-Type": "application/json"]
        if let last = page.last, page.count < names.count || quirks.linkOnEveryPage {
            let count = size == .max ? 0 : size
            let path = "/v2/\(repository)/tags/list?last=\(last)&n=\(count == 0 ? 100 : count)"
            headers["Link"] = #"<\#(path)>; rel="next""#
        }
        let list = page.map { "\"\($0)\"" }.joined(separator: ",")
        let body = #"{"name":"\#(repository)","tags":[\#(list)]}"# + "\n"
        return Response(200, headers: headers, body: Array(body.utf8))
    }

    /// The manifests of a repository whose subject is this digest, as an index.
    func referrers(_ request: RegistryRequest, _ repository: String, _ digest: String) -> Response {
        let held = state.withLock { $0.repositories[repository] }
        let filter = request.query("artifactType")
        let entries: [ManifestContent.Entry] = (held?.manifests ?? [:])
            .sorted { $0.key < $1.key }
            .filter { $0.value.content.subject?.digest == digest }
            .map { digest, manifest in
                ManifestContent.Entry(
                    mediaType: manifest.mediaType, digest: digest, size: manifest.bytes.count,
                    artifactType: manifest.content.artifactType
                        ?? manifest.content.config?.mediaType,
                    annotations: manifest.content.annotations)
            }
            .filter { filter == nil || $0.artifactType == filter }
        let index = ManifestContent(
            schemaVersion: 2, mediaType: ManifestContent.indexTypes[0], manifests: entries)
        let body = (try? JSONEncoder().encode(index)) ?? Data()
        var headers: HeaderFields = ["Content-Type": ManifestContent.indexTypes[0]]
        if filter != nil { headers["OCI-Filters-Applied"] = "artifactType" }
        return Response(200, headers: headers, body: [UInt8](body))
    }
}
