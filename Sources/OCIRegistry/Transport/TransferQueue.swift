import HTTPTypes

/// Which transfers may run, so that no host is asked for more at a time than it can take.
///
/// Uploads, downloads that are streamed, and all other requests are counted apart. What is streamed may
/// have to wait for a request of another kind, an upload for the session that it goes to and for the
/// download that it sends on: it must never be that request which waits.
struct TransferQueue {
    /// What of one kind goes to one host.
    private struct Lane {
        var running = 0
        var waiting: [(id: Int, order: CurlTransfer.Order)] = []
    }

    private struct Place: Hashable {
        enum Kind { case request, upload, download }

        var authority: String
        var kind: Kind

        init(_ request: TransportRequest) {
            authority = request.head.authority ?? ""
            kind =
                switch (request.body, request.delivery) {
                case (.stream, _): .upload
                case (_, .stream): .download
                default: .request
                }
        }
    }

    private let limit: Int
    private var lanes: [Place: Lane] = [:]

    /// A queue that lets so many transfers of a kind run at a time for one host.
    init(limit: Int) { self.limit = limit }

    /// Whether a transfer may start now; it waits in here where it may not.
    mutating func mayStart(_ id: Int, _ order: CurlTransfer.Order) -> Bool {
        let place = Place(order.request)
        guard lanes[place, default: Lane()].running < limit else {
            lanes[place]?.waiting.append((id, order))
            return false
        }
        lanes[place, default: Lane()].running += 1
        return true
    }

    /// Takes note that a transfer has ended; gives the next that may start, which counts as running.
    mutating func ended(_ order: CurlTransfer.Order) -> (id: Int, order: CurlTransfer.Order)? {
        let place = Place(order.request)
        // In place: a copy of all that wait would be made for each.
        if lanes[place]?.waiting.isEmpty == false { return lanes[place]?.waiting.removeFirst() }
        lanes[place]?.running -= 1
        if lanes[place]?.running == 0 { lanes[place] = nil }
        return nil
    }

    /// Takes a transfer that waits out; nil where it does not.
    mutating func remove(_ id: Int) -> CurlTransfer.Order? {
        for (place, lane) in lanes {
            guard let index = lane.waiting.firstIndex(where: { $0.id == id }) else { continue }
            return lanes[place]?.waiting.remove(at: index).order
        }
        return nil
    }

    /// Takes out all that wait.
    mutating func removeAll() -> [CurlTransfer.Order] {
        defer { lanes = lanes.mapValues { Lane(running: $0.running) } }
        return lanes.values.flatMap { $0.waiting.map(\.order) }
    }
}
