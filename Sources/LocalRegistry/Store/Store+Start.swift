import Glibc
import OCIRegistry

extension Store {
    /// What a start does about a killed predecessor: uploads that nobody can go on with, tags and
    /// referrers of manifests that were being deleted, and the hints at tags made anew.
    ///
    /// A repository with a damaged file stays as it is, for ``check(_:)`` to tell.
    func clearLeftovers() throws(StoreError) {
        try StoreFiles.names(in: layout.temporary) { name throws(StoreError) in
            try StoreFiles.removeTree("\(layout.temporary)/\(name)")
        }
        try forEachRepository { name throws(StoreError) in
            do throws(StoreError) {
                switch dialect {
                case .oci:
                    try clearTags(of: name)
                    try clearReferrers(of: name)
                case .gitea:
                    try clearVersions(of: name)
                    try clearNotes(of: name)
                }
            } catch {
                guard error.isDamage else { throw error }
            }
        }
    }

    private func clearTags(of name: RepositoryName) throws(StoreError) {
        let own = layout.repository(name)
        var held: Set<String> = []
        try StoreFiles.names(in: own.tags) { text throws(StoreError) in
            guard let tag = try? Tag(text), let digest = try resolve(tag, in: name) else { return }
            guard try StoreFiles.isThere(own.manifest(digest)) else {
                try StoreFiles.remove(own.tag(tag))
                return
            }
            let hint = "\(RepositoryLayout.name(digest))/\(tag)"
            held.insert(hint)
            if FileStatus(path: "\(own.holders)/\(hint)") == nil {
                try addHolder(tag.description, of: digest, in: name)
            }
        }
        try StoreFiles.names(in: own.holders) { folder throws(StoreError) in
            try StoreFiles.names(in: "\(own.holders)/\(folder)") { tag throws(StoreError) in
                if !held.contains("\(folder)/\(tag)") {
                    try StoreFiles.remove("\(own.holders)/\(folder)/\(tag)")
                }
            }
            rmdir("\(own.holders)/\(folder)")
        }
    }
}
