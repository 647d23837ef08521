/// The reading end of a response's content. Letting go of it before the end gives the transfer up.
final class PipeReader: ByteReader {
    private let pipe: BytePipe
    private let abandon: @Sendable () -> Void

    init(_ pipe: BytePipe, abandon: @escaping @Sendable () -> Void) {
        self.pipe = pipe
        self.abandon = abandon
    }

    deinit { abandon() }

    func read() async throws -> [UInt8]? { try await pipe.read() }
}
