/// What a look at all content of an image found.
public struct ContentReport: Sendable {
    /// The differences, in an order that does not vary.
    public internal(set) var findings: [Finding] = []
    /// Manifests that were read, the one at the top included.
    public internal(set) var manifests = 0
    /// Blobs that were asked for.
    public internal(set) var blobs = 0
    /// Bytes of blobs that were read and hashed.
    public internal(set) var bytesRead: Int64 = 0
}
