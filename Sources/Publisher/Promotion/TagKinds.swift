import ImageTags
import OCIRegistry

/// What sort of tag each is, by the rules of the images that share a repository.
struct TagKinds: Sendable {
    /// The images.
    let rules: [ImageRules]
    /// Whether the registry takes tags for one that differ by case alone.
    let foldsCase: Bool

    /// What sort of tag it is.
    func kind(_ tag: Tag) -> PublishReceipt.TagEntry.Kind {
        if owner(of: tag, \.immutable) != nil { return .immutable }
        return owner(of: tag, \.rolling) != nil ? .rolling : .named
    }

    /// Throws ``PolicyRefusal`` where a plan would move a tag that never moves.
    func check(_ plan: MovePlan, in repository: Reference) throws(PolicyRefusal) {
        for move in plan.writes {
            guard let before = move.before, let owner = owner(of: move.tag, \.immutable) else {
                continue
            }
            throw PolicyRefusal(
                "\(repository.with(tag: move.tag)): the tag is immutable and names another image\n"
                    + "  there: \(before)\n  to be: \(move.after)\n"
                    + "  rule: \(owner); nothing was written",
                advice: "promote to a tag of a new version; what was published stays as it is")
        }
    }

    private func owner(of tag: Tag, _ list: KeyPath<TagRules, [Template]>) -> String? {
        for image in rules {
            for rules in image.channels {
                let template = rules.tags[keyPath: list].first {
                    $0.canGive("\(tag)", in: rules.channel, foldingCase: foldsCase)
                }
                if let template {
                    return "\"\(template)\" of image '\(image.name)' in channel "
                        + rules.channel.name
                }
            }
        }
        return nil
    }
}
