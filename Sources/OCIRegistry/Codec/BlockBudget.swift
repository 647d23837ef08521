import FoundationEssentials
import Synchronization

/// How many blocks may be in memory at a time, over all the layers that are being compressed: it
/// bounds memory on machines with many cores. A layer's only block needs no leave, so that every
/// layer goes on.
public final class BlockBudget: Sendable {
    /// Blocks of one layer that are of use: one for each core and one that is being read.
    static let perLayer = max(1, ProcessInfo.processInfo.activeProcessorCount) + 1

    private let left: Mutex<Int>

    /// A budget of so many blocks beside one for each layer.
    public init(blocks: Int = 12) { left = Mutex(blocks) }

    /// Takes leave for one block, where there is some.
    func take() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }

    /// Gives back what was taken.
    func give(_ count: Int = 1) { left.withLock { $0 += count } }
}
