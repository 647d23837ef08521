/// How well it is known which image a job ran in, the best first.
public enum Grade: String, Sendable, Codable, CaseIterable, Comparable {
    /// The workflow named the digest, and the engine and the registry confirm it.
    case a = "A"
    /// The engine says which image the container was made of, and the registry proves its digest.
    case b = "B"
    /// Somebody says so: the operator, the workflow, or an engine that no registry confirms.
    case c = "C"
    /// The image says who it is, and a signed record of its publish gives the digest.
    case d = "D"
    /// It is not known. What a tag names just now may be told, never as what ran.
    case e = "E"

    /// Whether this is worse than another.
    public static func < (left: Grade, right: Grade) -> Bool { left.rawValue > right.rawValue }
}
