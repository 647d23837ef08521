import CNative
import HTTPTypes

/// One exchange on the loop's thread: an easy handle, its callbacks' state, and the one
/// continuation that it resumes once.
final class CurlTransfer {
    /// What a caller wants done.
    struct Order: Sendable {
        var request: TransportRequest
        var configuration: CurlTransport.Configuration
        var upload: BytePipe?
        var download: BytePipe
        var abandon: @Sendable () -> Void
        var continuation: CheckedContinuation<TransportResponse, any Error>

        /// Gives up what has not started.
        func cancel() {
            download.fail(CancellationError())
            continuation.resume(throwing: CancellationError())
        }
    }

    let id: Int
    let easy: UnsafeMutableRawPointer
    let order: Order
    private var continuation: CheckedContinuation<TransportResponse, any Error>?
    /// Where libcurl writes what it knows of a failure beside its code.
    private let detail: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var content: UnsafeMutableRawBufferPointer?
    private var status = 0
    private var fields = HTTPFields()
    private var body: [UInt8] = []
    private var streaming = false
    private var overLimit = false
    private var streamed: Int64 = 0

    /// The transfer of an easy handle.
    static func of(_ easy: UnsafeMutableRawPointer) -> CurlTransfer? {
        transfer(cn_easy_get_private(easy))
    }

    var method: String { order.request.head.method.rawValue }

    /// Sets the easy handle up; nil when libcurl refuses, after the continuation was resumed.
    init?(id: Int, order: Order) {
        guard let easy = curl_easy_init() else {
            order.continuation.resume(
                throwing: OCIError(.temporary, "libcurl has no memory for another transfer"))
            return nil
        }
        self.id = id
        self.easy = easy
        self.order = order
        self.continuation = order.continuation
        detail = .allocate(capacity: Int(CURL_ERROR_SIZE))
        detail.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        configureConnection()
        configureRequest()
        configureCallbacks()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        content?.deallocate()
        detail.deallocate()
    }

    // MARK: Setting up

    private func set(_ option: CURLoption, _ value: Int) {
        _ = cn_easy_set_long(easy, option, value)
    }

    private func set(_ option: CURLoption, _ value: String?) {
        guard let value else { return }
        _ = value.withCString { cn_easy_set_pointer(easy, option, $0) }
    }

    private func configureConnection() {
        let configuration = order.configuration
        let head = order.request.head
        set(CURLOPT_URL, "\(head.scheme ?? "https")://\(head.authority ?? "")\(head.path ?? "/")")
        _ = cn_easy_restrict_protocols(easy)
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_FOLLOWLOCATION, 0)
        // What a proxy answers to CONNECT is not the response.
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        if head.scheme == "https" { set(CURLOPT_PIPEWAIT, 1) }
        set(CURLOPT_CONNECTTIMEOUT, configuration.connectTimeout)
        if configuration.stallTimeout > 0 {
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, configuration.stallTimeout)
        }
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // What is streamed gets large buffers; thousands of small answers are better off without.
        if case .stream = order.request.delivery { set(CURLOPT_BUFFERSIZE, 256 << 10) }
        if case .stream = order.request.body { set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10) }
        set(CURLOPT_PATH_AS_IS, 1)
        set(CURLOPT_USERAGENT, configuration.userAgent)
        set(CURLOPT_CAINFO, configuration.caFile)
        set(CURLOPT_SSLCERT, configuration.clientCertificate)
        set(CURLOPT_SSLKEY, configuration.clientKey)
        set(CURLOPT_UNIX_SOCKET_PATH, configuration.unixSocket)
        let host = head.authority.flatMap { try? RegistryHost($0) }
        if configuration.unixSocket != nil || host?.isLoopback == true { set(CURLOPT_NOPROXY, "*") }
    }

    private func configureRequest() {
        let head = order.request.head
        var lines = head.headerFields.map { field in
            field.value.isEmpty
                ? "\(field.name.rawName);" : "\(field.name.rawName): \(field.value)"
        }
        // No waiting for 100 (Continue), and no content type of libcurl's own making.
        lines.append("Expect:")
        if head.headerFields[.contentType] == nil { lines.append("Content-Type:") }
        for line in lines { headerList = curl_slist_append(headerList, line) }
        _ = cn_easy_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)

        switch order.request.body {
        case .none where head.method == .head: set(CURLOPT_NOBODY, 1)
        case .none where head.method == .post || head.method == .put || head.method == .patch:
            setContent([])
        case .none: set(CURLOPT_HTTPGET, 1)
        case .bytes(let bytes): setContent(bytes)
        case .stream(_, let length):
            set(CURLOPT_UPLOAD, 1)
            _ = cn_easy_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length ?? -1))
        }
        if head.method != .head { set(CURLOPT_CUSTOMREQUEST, head.method.rawValue) }
    }

    private func setContent(_ bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
        copy.copyBytes(from: bytes)
        content = copy
        set(CURLOPT_POST, 1)
        _ = cn_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
        _ = cn_easy_set_pointer(easy, CURLOPT_POSTFIELDS, copy.baseAddress)
    }

    private func configureCallbacks() {
        let this = Unmanaged.passUnretained(self).toOpaque()
        _ = cn_easy_set_pointer(easy, CURLOPT_PRIVATE, this)
        _ = cn_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, detail)
        _ = cn_easy_set_transfer(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
        _ = cn_easy_set_pointer(easy, CURLOPT_HEADERDATA, this)
        _ = cn_easy_set_transfer(easy, CURLOPT_WRITEFUNCTION, receiveBody)
        _ = cn_easy_set_pointer(easy, CURLOPT_WRITEDATA, this)
        _ = cn_easy_set_transfer(easy, CURLOPT_READFUNCTION, sendBody)
        _ = cn_easy_set_pointer(easy, CURLOPT_READDATA, this)
    }

    // MARK: Callbacks, on the loop's thread

    fileprivate func header(_ line: UnsafeRawBufferPointer) -> Int {
        if line.starts(with: "HTTP/".utf8) {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
            status =
                words.dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            fields = HTTPFields()
        } else if line.elementsEqual("\r\n".utf8) || line.elementsEqual("\n".utf8) {
            headEnded()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")),
            let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        {
            var value = line[(colon + 1)...]
            while let first = value.first, Self.isSpace(first) { value.removeFirst() }
            while let last = value.last, Self.isSpace(last) { value.removeLast() }
            fields.append(HTTPField(name: name, value: String(decoding: value, as: UTF8.self)))
            if fields.count > 500 { return 0 }
        }
        return line.count
    }

    /// Blank, tab, line end. RFC 9110, section 5.5.
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a
    }

    private func headEnded() {
        guard (200..<300).contains(status), case .stream = order.request.delivery else { return }
        streaming = true
        resume(
            .success(
                TransportResponse(
                    head: head, stream: PipeReader(order.download, abandon: order.abandon))))
    }

    fileprivate func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
        if streaming {
            return order.download.offer(bytes) ? bytes.count : Int(CURL_WRITEFUNC_PAUSE)
        }
        let limit =
            if case .collect(let limit) = order.request.delivery, status < 400 { limit } else {
                TransportRequest.errorLimit
            }
        if body.count + bytes.count > limit {
            // The beginning of an error's text is enough; any other body must be whole.
            guard status < 400 else {
                body += bytes.prefix(limit - body.count)
                return bytes.count
            }
            overLimit = true
            return 0
        }
        body += bytes
        return bytes.count
    }

    fileprivate func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        switch order.upload?.take(into: buffer) ?? .end {
        case .bytes(let count):
            streamed += Int64(count)
            return count
        case .empty: return Int(CURL_READFUNC_PAUSE)
        case .end: return 0
        case .failed: return Int(CURL_READFUNC_ABORT)
        }
    }

    // MARK: The end

    /// Bytes of content sent and received. libcurl counts the framing of chunks as sent too.
    var transferred: (sent: Int64, received: Int64) {
        var sent: curl_off_t = 0
        var received: curl_off_t = 0
        _ = cn_easy_get_offset(easy, CURLINFO_SIZE_UPLOAD_T, &sent)
        _ = cn_easy_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T, &received)
        return (order.upload == nil ? Int64(sent) : streamed, Int64(received))
    }

    /// What a proxy answered to CONNECT, nil where there was none.
    private var proxyStatus: Int? {
        var status = 0
        _ = cn_easy_get_long(easy, CURLINFO_HTTP_CONNECTCODE, &status)
        return status == 0 ? nil : status
    }

    func cancel() {
        order.download.fail(CancellationError())
        resume(.failure(CancellationError()))
    }

    func complete(_ result: CURLcode) {
        if result == CURLE_OK {
            if streaming { order.download.finish() }
            resume(.success(TransportResponse(head: head, body: body)))
            return
        }
        let error: any Error =
            if overLimit {
                OCIError(
                    .badData, "the response is larger than this request allows",
                    exchange: .init(request: Redaction.redacted(order.request.head), status: status)
                )
            } else if result == CURLE_ABORTED_BY_CALLBACK, let failure = order.upload?.failure {
                failure
            } else {
                CurlFault.error(
                    result, request: order.request.head, detail: String(cString: detail),
                    proxyStatus: proxyStatus)
            }
        order.download.fail(error)
        resume(.failure(error))
    }

    private var head: HTTPResponse {
        HTTPResponse(
            status: .init(code: (100...599).contains(status) ? status : 599), headerFields: fields)
    }

    private func resume(_ result: Result<TransportResponse, any Error>) {
        continuation?.resume(with: result)
        continuation = nil
    }
}

// libcurl calls these on the loop's thread. They are file-scope functions, not closures, so that
// no actor's isolation can attach to them.

private func transfer(_ pointer: UnsafeMutableRawPointer?) -> CurlTransfer? {
    pointer.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ this: UnsafeMutableRawPointer?
) -> Int {
    transfer(this)?.header(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
}

private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ this: UnsafeMutableRawPointer?
) -> Int {
    transfer(this)?.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ?? 0
}

private func sendBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ this: UnsafeMutableRawPointer?
) -> Int {
    transfer(this)?.send(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        ?? Int(CURL_READFUNC_ABORT)
}
