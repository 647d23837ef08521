extension GiteaRelease {
    /// What is wrong with it where manifests are deleted; nil where nothing is known to be.
    ///
    /// 1.25.0 and 1.25.1 kept a tag's old row when it was pushed again: several manifests under one tag,
    /// and deleting a former digest deletes the tag as it is now (go-gitea/gitea#35853).
    public var faultOfDeletion: String? {
        guard isWithin([1, 25, 0], [1, 25, 1]) else { return nil }
        return "Gitea \(description) keeps several manifests under one tag, so that deleting a "
            + "former one takes the tag away"
    }

    /// Whether it lists the versions of a single image. Gitea does since 1.24; of Forgejo nothing is assumed.
    var listsOnePackage: Bool { isWithin([1, 24, 0], [.max]) }
}
