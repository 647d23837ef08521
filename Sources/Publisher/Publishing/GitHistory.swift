import ImageTags
import Subprocess

/// What the git repository of the current folder knows of commits.
struct GitHistory: Sendable {
    /// How long git may take.
    private static let timeLimit = Duration.seconds(10)

    /// Which of two commits is the newer: the one whose history holds the other.
    ///
    /// Unknown where there is no repository, it knows not both, or neither holds the other.
    func precedence(candidate: Revision, holder: Revision) async -> Precedence {
        guard candidate != holder else { return .unknown }
        if await isAncestor(candidate, of: holder) { return .older }
        return await isAncestor(holder, of: candidate) ? .newer : .unknown
    }

    /// git-merge-base(1): 0 says yes, 1 no, anything else that it cannot be told.
    private func isAncestor(_ first: Revision, of second: Revision) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                let result = try? await Subprocess.run(
                    .name("git"),
                    arguments: ["merge-base", "--is-ancestor", "\(first)", "\(second)"],
                    output: .discarded, error: .discarded)
                return result?.terminationStatus.isSuccess ?? false
            }
            group.addTask {
                try? await Task.sleep(for: Self.timeLimit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
