import Glibc

/// One client's connection: buffered reading of heads and bodies, paced writing.
final class Connection {
    let socket: Socket
    let number: Int
    /// Slows bodies down in both directions; nil is full speed.
    var bytesPerSecond: Int?
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var available = 0..<0

    init(socket: Socket, number: Int) {
        self.socket = socket
        self.number = number
    }

    /// The peer is gone, or sent something that is not HTTP.
    struct Closed: Error {}

    /// The next request's head, or nil when the client closed between requests.
    func readHead() throws -> RequestHead? {
        guard let first = try? readLine() else { return nil }
        let parts = first.split(separator: " ")
        guard parts.count == 3 else { throw Closed() }
        var head = RequestHead(method: String(parts[0]), target: String(parts[1]), headers: [:])
        while case let line = try readLine(), !line.isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw Closed() }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            head.headers.add(String(line[..<colon]), String(value))
        }
        return head
    }

    /// Appends the request's body to `body`; stops early at `limit` bytes and then returns false.
    func readBody(of head: RequestHead, into body: inout [UInt8], limit: Int = .max) throws -> Bool
    {
        guard head.isChunked else {
            let length = head.contentLength ?? 0
            body.reserveCapacity(min(length, limit))
            try read(min(length, limit), into: &body)
            return length <= limit
        }
        while true {
            let size = try readLine().prefix { $0 != ";" }
            guard let length = Int(size, radix: 16) else { throw Closed() }
            if length == 0 { break }
            let room = limit - body.count
            try read(min(length, room), into: &body)
            if length > room { return false }
            _ = try readLine()
        }
        while try !readLine().isEmpty {}
        return true
    }

    /// Sends a head at full speed.
    func write(_ text: String) throws {
        var text = text
        let sent = text.withUTF8 { socket.send(UnsafeRawBufferPointer($0)) }
        guard sent else { throw Closed() }
    }

    /// Sends a body at the connection's pace.
    func write(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        while !rest.isEmpty {
            let piece = rest.prefix(pieceSize(rest.count))
            guard piece.withUnsafeBytes({ socket.send($0) }) else { throw Closed() }
            rest = rest.dropFirst(piece.count)
            pause(after: piece.count)
        }
    }

    /// Ends in order: says goodbye, then waits for the client to hang up so that it can read
    /// a reply that came before the end of its request.
    func closeLingering() {
        socket.finishSending()
        socket.setReceiveTimeout(seconds: 2)
        while buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) > 0 {}
    }

    private func readLine() throws -> String {
        var line: [UInt8] = []
        while true {
            if available.isEmpty { try fill() }
            let byte = buffer[available.lowerBound]
            available = available.dropFirst()
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
            guard line.count < 1 << 16 else { throw Closed() }
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }

    private func read(_ count: Int, into body: inout [UInt8]) throws {
        var left = count
        while left > 0 {
            if available.isEmpty { try fill() }
            let piece = available.prefix(pieceSize(left))
            body.append(contentsOf: buffer[piece])
            available = available.dropFirst(piece.count)
            left -= piece.count
            pause(after: piece.count)
        }
    }

    private func fill() throws {
        let count = buffer.withUnsafeMutableBytes { socket.receive(into: $0) }
        guard count > 0 else { throw Closed() }
        available = 0..<count
    }

    private func pieceSize(_ count: Int) -> Int {
        bytesPerSecond.map { min(count, max(1, $0 / 20)) } ?? count
    }

    private func pause(after count: Int) {
        if let bytesPerSecond { sleepFor(Double(count) / Double(bytesPerSecond)) }
    }
}

/// Blocks the calling thread; for the servers' own threads only.
func sleepFor(_ seconds: Double) {
    usleep(useconds_t(min(seconds, 3600) * 1_000_000))
}
