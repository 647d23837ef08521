import Glibc

/// How much of a layer is in the works at a time.
enum LayerThreads {
    /// Blocks per layer: one for each core and one that is being read.
    static let perLayer = max(2, min(16, sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 1)
}
