import HTTPTypes

/// A Docker Engine, over its socket. Docker Engine API, "Images".
public struct DockerEngine: Sendable {
    private let transport: any HTTPTransport
    private let authority: String
    private let scheme: String
    /// Its address, as `DOCKER_HOST` has it.
    public let name: String

    /// The engine that `DOCKER_HOST` names, else the one behind Docker's usual socket.
    ///
    /// Throws ``OCIError`` (configuration) for an address that is neither a unix socket nor TCP.
    public init(environment: [String: String]) throws(OCIError) {
        let address =
            environment["DOCKER_HOST"].flatMap { $0.isEmpty ? nil : $0 }
            ?? "unix:///var/run/docker.sock"
        var configuration = CurlTransport.Configuration()
        // An engine may prepare an export for minutes before its first byte.
        configuration.stallTimeout = 0
        if address.hasPrefix("unix://") {
            configuration.unixSocket = String(address.dropFirst("unix://".count))
            authority = "docker"
            scheme = "http"
        } else if address.hasPrefix("tcp://") {
            authority = String(address.dropFirst("tcp://".count).prefix { $0 != "/" })
            let secure = environment["DOCKER_TLS_VERIFY"].map { !$0.isEmpty } ?? false
            scheme = secure ? "https" : "http"
            if secure, let folder = environment["DOCKER_CERT_PATH"] {
                configuration.caFile = folder + "/ca.pem"
                configuration.clientCertificate = folder + "/cert.pem"
                configuration.clientKey = folder + "/key.pem"
            }
        } else {
            throw OCIError(
                .configuration, "DOCKER_HOST is '\(address)', which is no address of an engine",
                advice: "set it to unix:///path/to/docker.sock or tcp://host:port, or unset it")
        }
        name = address
        transport = CurlTransport(configuration: configuration)
    }

    /// Whether the engine is reached through a socket of this machine.
    public var isLocal: Bool { name.hasPrefix("unix://") }

    /// The engine's description of an image, as JSON.
    ///
    /// Throws ``OCIError``: not found when the engine has no such image; unreachable when there
    /// is no engine.
    public func inspect(image: String) async throws -> [UInt8] {
        try await get("/images/\(Self.encoded(image))/json", .collect(limit: 8 << 20), image).body
    }

    /// The engine's description of a container, as JSON. Docker Engine API, "Inspect a container".
    ///
    /// Throws ``OCIError``: not found when the engine has no such container; unreachable when there
    /// is no engine.
    public func inspect(container: String) async throws -> [UInt8] {
        try await get(
            "/containers/\(Self.encoded(container))/json", .collect(limit: 8 << 20), container,
            .container
        ).body
    }

    /// The engine's list of running containers, as JSON. Docker Engine API, "List containers".
    public func containers() async throws -> [UInt8] {
        try await get("/containers/json", .collect(limit: 8 << 20), "containers", .container).body
    }

    /// An image as the tar archive that `docker save` writes.
    public func save(image: String) async throws -> any ByteReader {
        let response = try await get("/images/get?names=\(Self.encoded(image))", .stream, image)
        guard let stream = response.stream else {
            throw OCIError(.protocolViolation, "the Docker Engine sent no archive", subject: image)
        }
        return stream
    }

    /// What a request is about.
    enum Subject: String { case image, container }

    func get(
        _ path: String, _ delivery: TransportRequest.Delivery, _ name: String,
        _ subject: Subject = .image
    ) async throws -> TransportResponse {
        let head = HTTPRequest(method: .get, scheme: scheme, authority: authority, path: path)
        let response: TransportResponse
        do {
            response = try await transport.send(TransportRequest(head, delivery: delivery))
        } catch var error as OCIError where error.kind == .unreachable {
            error.message = "no Docker Engine answers at \(self.name)"
            error.advice =
                "start Docker or set DOCKER_HOST; images also come from files: docker-archive:FILE"
            throw error
        }
        guard response.status == 200 else {
            throw Self.failure(response, to: head, name, subject)
        }
        return response
    }

    private static func failure(
        _ response: TransportResponse, to head: HTTPRequest, _ name: String, _ subject: Subject
    ) -> OCIError {
        let said = ErrorDocument(response.body).summary
        let listed = "'docker \(subject == .image ? "images" : "ps")' lists what it has"
        let (kind, message, advice): (OCIError.Kind, String, String?) =
            switch response.status {
            case 404: (.notFound, "the Docker Engine has no such \(subject)", listed)
            case 401, 403:
                (
                    .denied, "the Docker Engine, or a proxy before it, does not permit this",
                    "allow reading \(subject)s: GET /\(subject)s/NAME/json"
                        + (subject == .image ? " and /images/get" : "")
                )
            case 300..<500:
                (.usage, "the Docker Engine does not take this for an image's name", listed)
            default: (.temporary, "the Docker Engine failed", nil)
            }
        return OCIError(
            kind, message, subject: name,
            exchange: .init(
                request: Redaction.redacted(head), status: response.status, registryMessage: said),
            advice: advice)
    }

    private static func encoded(_ name: String) -> String {
        PercentEncoding.encode(name, keeping: "/:@")
    }
}
