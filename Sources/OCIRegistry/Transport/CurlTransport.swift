/// Carries requests with libcurl: one multi handle on a thread of its own, connections reused,
/// HTTP/2 where TLS offers it, proxies as the environment says.
public final class CurlTransport: HTTPTransport {
    /// How connections are made.
    public struct Configuration: Sendable {
        /// Certificates to trust beside the system's, a PEM file.
        public var caFile: String?
        /// A client certificate, a PEM file.
        public var clientCertificate: String?
        /// The client certificate's key, a PEM file.
        public var clientKey: String?
        /// A unix socket that takes the place of TCP.
        public var unixSocket: String?
        /// Seconds until a connection must stand.
        public var connectTimeout = 15
        /// Seconds without a byte in either direction until a transfer is given up; 0 waits for ever.
        public var stallTimeout = 180
        /// The most requests to one host at a time: so many uploads, so many downloads that are streamed,
        /// so many others. More wait for their turn.
        public var perHost = 16
        /// The `User-Agent` field.
        public var userAgent = "publisher"

        /// The defaults.
        public init() {}
    }

    /// What a transport has done so far.
    public struct Statistics: Sendable, Equatable {
        /// Requests sent, by method.
        public var requests: [String: Int] = [:]
        /// Bytes of request content sent.
        public var bytesSent: Int64 = 0
        /// Bytes of response content received.
        public var bytesReceived: Int64 = 0

        /// Nothing yet.
        public init() {}

        /// Adds what another transport has done.
        public mutating func add(_ other: Statistics) {
            requests.merge(other.requests, uniquingKeysWith: +)
            bytesSent += other.bytesSent
            bytesReceived += other.bytesReceived
        }
    }

    private let loop: CurlLoop
    private let configuration: Configuration

    /// Starts the transport's thread; it ends when the transport goes.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        self.loop = CurlLoop(perHost: configuration.perHost)
        loop.start()
    }

    deinit { loop.stop() }

    /// What was sent and received so far.
    public var statistics: Statistics { loop.statistics }

    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        let loop = loop
        let id = loop.nextID()
        let upload: BytePipe? =
            if case .stream = request.body {
                BytePipe(capacity: 1 << 20) { loop.post(.resume(id)) }
            } else { nil }
        let download = BytePipe(capacity: 1 << 20) { loop.post(.resume(id)) }
        let pump = upload.map { pipe in
            Task {
                guard case .stream(let reader, _) = request.body else { return }
                do {
                    while let piece = try await reader.read() { try await pipe.write(piece) }
                    pipe.finish()
                } catch {
                    pipe.fail(error)
                }
            }
        }
        // The peer may answer before it has read everything: then what is left is not wanted.
        defer {
            upload?.fail(CancellationError())
            pump?.cancel()
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.post(
                    .start(
                        id,
                        CurlTransfer.Order(
                            request: request, configuration: configuration, upload: upload,
                            download: download, abandon: { loop.post(.cancel(id)) },
                            continuation: continuation)))
                // A cancellation that came first found nothing to cancel.
                if Task.isCancelled { loop.post(.cancel(id)) }
            }
        } onCancel: {
            loop.post(.cancel(id))
        }
    }
}
