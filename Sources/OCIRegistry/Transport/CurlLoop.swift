import CNative
import Glibc
import Synchronization

/// The thread that owns the multi handle and every easy handle. Others post to its inbox.
final class CurlLoop: Sendable {
    enum Message: Sendable {
        case start(Int, CurlTransfer.Order)
        /// A pipe can go on.
        case resume(Int)
        case cancel(Int)
        case stop
    }

    private struct Inbox {
        var messages: [Message] = []
        var lastID = 0
        var statistics = CurlTransport.Statistics()
    }

    /// libcurl lets any thread call `curl_multi_wakeup`; all else is the loop thread's alone.
    private struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    private let inbox = Mutex(Inbox())
    private let multi: Multi
    private let perHost: Int

    init(perHost: Int) {
        self.perHost = perHost
        _ = Self.globalInit
        guard let handle = curl_multi_init() else {
            preconditionFailure("libcurl cannot be initialised")
        }
        _ = cn_multi_set_long(handle, CURLMOPT_MAXCONNECTS, 128)
        multi = Multi(handle: handle)
    }

    private static let globalInit: Void = {
        let result = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        precondition(result == CURLE_OK, "libcurl cannot be initialised")
    }()

    var statistics: CurlTransport.Statistics { inbox.withLock { $0.statistics } }

    func nextID() -> Int {
        inbox.withLock {
            $0.lastID += 1
            return $0.lastID
        }
    }

    func post(_ message: Message) {
        inbox.withLock { $0.messages.append(message) }
        curl_multi_wakeup(multi.handle)
    }

    func start() {
        let box = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument {
                    Unmanaged<CurlLoop>.fromOpaque(argument).takeRetainedValue().run()
                }
                return nil
            }, box.toOpaque())
        precondition(result == 0, "no thread can be started")
        pthread_detach(thread)
    }

    func stop() { post(.stop) }

    private func run() {
        var transfers: [Int: CurlTransfer] = [:]
        var queue = TransferQueue(limit: perHost)
        var stopping = false
        while !stopping {
            let messages = inbox.withLock { inbox in
                defer { inbox.messages.removeAll() }
                return inbox.messages
            }
            for message in messages {
                switch message {
                case .start(let id, let order):
                    if queue.mayStart(id, order) { start(id, order, &transfers, &queue) }
                case .resume(let id):
                    if let transfer = transfers[id] {
                        curl_easy_pause(transfer.easy, CURLPAUSE_CONT)
                    }
                case .cancel(let id):
                    if let transfer = transfers.removeValue(forKey: id) {
                        end(transfer) { $0.cancel() }
                        startNext(after: transfer, &transfers, &queue)
                    } else {
                        queue.remove(id)?.cancel()
                    }
                case .stop: stopping = true
                }
            }
            var running: Int32 = 0
            curl_multi_perform(multi.handle, &running)
            var result = CURLE_OK
            while let easy = cn_multi_next_done(multi.handle, &result) {
                if let transfer = CurlTransfer.of(easy) {
                    transfers[transfer.id] = nil
                    let result = result
                    end(transfer) { $0.complete(result) }
                    startNext(after: transfer, &transfers, &queue)
                }
            }
            curl_multi_poll(multi.handle, nil, 0, 1000, nil)
        }
        for order in queue.removeAll() { order.cancel() }
        for transfer in transfers.values { end(transfer) { $0.cancel() } }
        curl_multi_cleanup(multi.handle)
    }

    /// Starts a transfer that counts as running in the queue.
    private func start(
        _ id: Int, _ order: CurlTransfer.Order, _ transfers: inout [Int: CurlTransfer],
        _ queue: inout TransferQueue
    ) {
        var next: (id: Int, order: CurlTransfer.Order)? = (id, order)
        while let (id, order) = next {
            guard let transfer = CurlTransfer(id: id, order: order) else {
                next = queue.ended(order)
                continue
            }
            transfers[id] = transfer
            curl_multi_add_handle(multi.handle, transfer.easy)
            inbox.withLock { $0.statistics.requests[transfer.method, default: 0] += 1 }
            return
        }
    }

    private func startNext(
        after transfer: CurlTransfer, _ transfers: inout [Int: CurlTransfer],
        _ queue: inout TransferQueue
    ) {
        guard let next = queue.ended(transfer.order) else { return }
        start(next.id, next.order, &transfers, &queue)
    }

    private func end(_ transfer: CurlTransfer, _ finish: (CurlTransfer) -> Void) {
        let (sent, received) = transfer.transferred
        inbox.withLock {
            $0.statistics.bytesSent += sent
            $0.statistics.bytesReceived += received
        }
        curl_multi_remove_handle(multi.handle, transfer.easy)
        finish(transfer)
    }
}
