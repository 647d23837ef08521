/// What a Docker Engine says of itself. Docker Engine API, "System".
extension DockerEngine {
    /// Its release, and the versions of its API that it speaks.
    public struct Version: Sendable, Hashable, Decodable {
        /// The release: `29.0.1`.
        public var release: String
        /// The newest version of its API: `1.52`. Requests that name none, as all of this package, get it.
        public var newestAPI: String?
        /// The oldest version that it speaks; clients that know no newer one are refused.
        public var oldestAPI: String?

        enum CodingKeys: String, CodingKey {
            case release = "Version"
            case newestAPI = "ApiVersion"
            case oldestAPI = "MinAPIVersion"
        }
    }

    private struct Info: Decodable {
        var DockerRootDir: String?
    }

    /// Asks for its version. Throws ``OCIError`` as ``inspect(image:)`` does.
    public func version() async throws -> Version {
        try JSON.decode(
            Version.self, from: await get("/version", .collect(limit: 1 << 20), "/version").body,
            what: "the engine's version")
    }

    /// The folder in which it keeps images, on its own machine; nil where it does not say.
    ///
    /// Throws ``OCIError`` as ``inspect(image:)`` does.
    public func rootFolder() async throws -> String? {
        let body = try await get("/info", .collect(limit: 8 << 20), "/info").body
        return try JSON.decode(Info.self, from: body, what: "the engine's description")
            .DockerRootDir
    }
}
