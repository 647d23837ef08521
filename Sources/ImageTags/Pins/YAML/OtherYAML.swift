import ConfigurationFile

/// Images in YAML that only its content tells: Kubernetes manifests, configurations of act_runner; and
/// in `publisher.yaml`.
enum OtherYAML {
    /// Finds those of pods and of runners' labels.
    static func images(_ tree: YAMLTree, path: String) -> FoundImages {
        var images = YAMLImages(path: path, tree: tree)
        for document in tree.documents {
            if document["apiVersion"]?.scalar != nil, document["kind"]?.scalar != nil {
                for mapping in tree.mappings(of: document) { add(mapping, to: &images) }
            } else if let labels = document["runner"]?["labels"] {
                for label in labels.items {
                    if let scalar = label.scalar { images.add(label: scalar, scalar.range) }
                }
            }
        }
        return images.found()
    }

    /// What a pod's specification has, wherever it stands: in a deployment, a template, a list.
    private static func add(_ mapping: YAMLPart, to images: inout YAMLImages) {
        for member in mapping.ownMembers {
            let isContainers =
                member.key.isText("containers") || member.key.isText("initContainers")
                || member.key.isText("ephemeralContainers")
            if isContainers {
                for container in member.value.items {
                    for entry in container.members where entry.key.isText("image") {
                        images.add(.pod, entry.value)
                    }
                }
            } else if member.key.isText("volumes") {
                for volume in member.value.items {
                    if let image = volume["image"]?["reference"] { images.add(.volume, image) }
                }
            }
        }
    }

    /// The builds that `publisher.yaml` knows, for their arguments.
    static func builds(_ tree: YAMLTree, path: String) -> FoundImages {
        var images = YAMLImages(path: path, tree: tree)
        for document in tree.documents {
            for image in document["images"]?.members ?? [] {
                guard let build = image.value["build"],
                    let dockerfile = build["dockerfile"]?.scalar?.text
                else { continue }
                var arguments: [String: Variable] = [:]
                for member in build["args"]?.members ?? [] {
                    guard let name = member.key.scalar?.text, let value = member.value.scalar,
                        value.isVerbatim
                    else { continue }
                    let id = Variable.ofBuild + arguments.count
                    var variable = Variable(id: id, name: name)
                    variable.value = images.expand(value).moved(to: 1).value(of: id)
                    arguments[name] = variable
                }
                if !arguments.isEmpty {
                    images.builds.append(
                        ImageBuild(path: path, dockerfile: dockerfile, arguments: arguments))
                }
            }
        }
        return images.found()
    }
}
