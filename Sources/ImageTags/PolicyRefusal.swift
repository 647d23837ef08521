/// Something that is possible and not allowed; nothing was written.
public struct PolicyRefusal: Error, Sendable, Equatable {
    /// What was refused, and why.
    public var message: String
    /// What to do instead.
    public var advice: String

    /// A refusal.
    public init(_ message: String, advice: String) {
        self.message = message
        self.advice = advice
    }
}
