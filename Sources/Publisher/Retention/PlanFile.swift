import ImageTags
import OCIRegistry

/// A plan on disk.
enum PlanFile {
    /// Reads a plan. Throws ``OCIError``: not found, or bad data.
    static func read(_ path: String) throws(OCIError) -> PrunePlan {
        guard let (bytes, _) = try LocalFile.read(path, limit: 256 << 20, what: "the plan") else {
            throw OCIError(
                .notFound, "there is no such plan", subject: path,
                advice: "make one with 'publisher prune plan --out FILE'")
        }
        do {
            return try PrunePlan(document: bytes)
        } catch {
            var error = error
            error.subject = path
            throw error
        }
    }
}
