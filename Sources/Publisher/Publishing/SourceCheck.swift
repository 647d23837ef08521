import ImageTags
import OCIRegistry

extension ImageRules {
    /// Checks an image against what `publisher.yaml` says that it has to be.
    ///
    /// Throws ``PolicyRefusal`` that lists everything that is wrong; ``OCIError`` (configuration) for a
    /// template that gives nothing.
    func check(_ source: SourceImage, _ facts: PublishFacts) throws {
        let problems =
            try problems(ofPlatforms: source) + problems(ofLabels: source, facts)
            + problems(ofAnnotations: source, facts)
        guard !problems.isEmpty else { return }
        throw PolicyRefusal(
            "image '\(name)' is not what publisher.yaml says that it has to be\n"
                + problems.map { "  \($0)\n" }.joined() + "  nothing was written",
            advice: "build it from \(facts.revision), with these labels, and publish that")
    }

    private func problems(ofPlatforms source: SourceImage) -> [String] {
        var problems: [String] = []
        for part in source.parts {
            guard let declared = part.declared, let own = part.config?.platform,
                declared.os != own.os || declared.architecture != own.architecture
            else { continue }
            problems.append("platform: the index says \(declared), the image itself \(own)")
        }
        guard !platforms.isEmpty else { return problems }
        let there = source.parts.map(\.platform)
        for wanted in platforms where !there.contains(where: { $0?.satisfies(wanted) == true }) {
            problems.append("platform \(wanted): missing")
        }
        for platform in there
        where !platforms.contains(where: { platform?.satisfies($0) == true }) {
            problems.append(
                "platform \(platform.map(\.description) ?? "none"): not among those that it is for")
        }
        return problems
    }

    private func problems(ofLabels source: SourceImage, _ facts: PublishFacts) throws -> [String] {
        var problems: [String] = []
        for (label, template) in labels.sorted(by: { $0.key < $1.key }) {
            let expected = try template.text(facts)
            if source.parts.isEmpty { problems.append("label \(label): there is no image") }
            for part in source.parts {
                let found = part.config?.config?.labels?[label]
                guard found != expected else { continue }
                let place = source.isIndex ? part.platform.map { " of \($0)" } ?? "" : ""
                problems.append(
                    "label \(label)\(place)\n    expected: \(expected)\n    observed: "
                        + (found.map { String($0.prefix(200)) } ?? "no such label"))
            }
        }
        return problems
    }

    private func problems(
        ofAnnotations source: SourceImage, _ facts: PublishFacts
    ) throws -> [String] {
        var problems: [String] = []
        for (annotation, template) in annotations.sorted(by: { $0.key < $1.key }) {
            let expected = try template.map { try $0.text(facts) }
            let found = source.annotations[annotation]
            guard found == nil || expected != nil && found != expected else { continue }
            problems.append(
                "annotation \(annotation)\n    expected: \(expected ?? "any value")\n    observed: "
                    + (found.map { String($0.prefix(200)) } ?? "no such annotation"))
        }
        return problems
    }
}
