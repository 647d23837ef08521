import ConfigurationFile

/// Images in a workflow of Gitea, GitHub or Forgejo, and in an action.
enum WorkflowFile {
    /// Finds those of a workflow: containers, services and steps of its jobs.
    static func images(_ tree: YAMLTree, path: String) -> FoundImages {
        var images = YAMLImages(path: path, tree: tree)
        for document in tree.documents {
            for job in document["jobs"]?.members ?? [] {
                for member in job.value.members {
                    if member.key.isText("container") {
                        add(.container, member.value, of: job.value, to: &images)
                    } else if member.key.isText("services") {
                        for service in member.value.members {
                            add(.service, service.value, of: job.value, to: &images)
                        }
                    } else if member.key.isText("steps") {
                        images.add(steps: member.value)
                    }
                }
            }
        }
        return images.found()
    }

    /// Finds those of an action: its own image, and those of its steps.
    static func images(ofAction tree: YAMLTree, path: String) -> FoundImages {
        var images = YAMLImages(path: path, tree: tree)
        for document in tree.documents {
            guard let runs = document["runs"] else { continue }
            images.add(steps: runs["steps"])
            for member in runs.members where member.key.isText("image") {
                if member.value.scalar?.text.hasPrefix(YAMLImages.docker) == true {
                    images.add(.action, member.value, after: YAMLImages.docker.utf8.count)
                } else {
                    images.add(.action, member.value, skip: .localBuild)
                }
            }
        }
        return images.found()
    }

    /// A container as a text or as a mapping with an `image`.
    private static func add(
        _ kind: ImageUse.Kind, _ part: YAMLPart, of job: YAMLPart, to images: inout YAMLImages
    ) {
        if part.isMapping {
            for member in part.members where member.key.isText("image") {
                add(image: member.value, kind, of: job, to: &images)
            }
        } else {
            add(image: part, kind, of: job, to: &images)
        }
    }

    private static func add(
        image: YAMLPart, _ kind: ImageUse.Kind, of job: YAMLPart, to images: inout YAMLImages
    ) {
        let choices = matrix(image, of: job)
        for choice in choices { images.add(kind, choice) }
        guard choices.isEmpty else { return }
        if image.scalar?.text.isEmpty == true {
            images.add(kind, image, skip: .noImage)
        } else if image.scalar?.text.hasPrefix(YAMLImages.docker) == true {
            images.add(kind, image, after: YAMLImages.docker.utf8.count)
        } else {
            images.add(kind, image)
        }
    }

    /// What `${{ matrix.NAME }}` can be, where the job's matrix says so in so many words.
    private static func matrix(_ image: YAMLPart, of job: YAMLPart) -> [YAMLPart] {
        guard let text = image.scalar?.text, text.hasPrefix("${{"), text.hasSuffix("}}"),
            let matrix = job["strategy"]?["matrix"], matrix.isMapping
        else { return [] }
        let inner = text.dropFirst(3).dropLast(2).split(separator: " ")
        guard inner.count == 1, inner[0].hasPrefix("matrix.") else { return [] }
        let name = inner[0].dropFirst("matrix.".count)
        func values(_ part: YAMLPart) -> [YAMLPart] {
            part.members.filter { $0.key.scalar?.text == String(name) }.map(\.value)
        }
        let listed = values(matrix)
        guard listed.allSatisfy(\.isList) else { return [] }
        let included = matrix["include"]?.items.flatMap(values) ?? []
        let choices = listed.flatMap(\.items) + included
        return choices.allSatisfy { $0.scalar != nil } ? choices : []
    }
}
