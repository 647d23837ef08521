import OCIRegistry
import Synchronization

/// The versions of the package that was listed last, so that the next page of a long list needs no file to be read.
/// Whatever changes a version of any package makes it worthless.
final class VersionList: Sendable {
    private struct State {
        var changes = 0
        var kept: (repository: RepositoryName, versions: [PackageVersion])?
    }

    private let state = Mutex(State())

    /// The versions of a package, newest first: those that are kept, else what `read` gives, which is kept
    /// unless something changed meanwhile.
    func versions(
        of repository: RepositoryName, _ read: () throws(StoreError) -> [PackageVersion]
    ) throws(StoreError) -> [PackageVersion] {
        let (changes, kept) = state.withLock { ($0.changes, $0.kept) }
        if let kept, kept.repository == repository { return kept.versions }
        let versions = try read()
        state.withLock { state in
            if state.changes == changes { state.kept = (repository, versions) }
        }
        return versions
    }

    /// Something was changed.
    func forget() {
        state.withLock { state in
            state.changes += 1
            state.kept = nil
        }
    }
}
