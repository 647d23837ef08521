import ConfigurationFile

/// Images in a compose file. Compose specification, "Services", "Build", "Interpolation".
enum ComposeFile {
    /// Finds them; `environment` gives the variables.
    static func images(_ tree: YAMLTree, path: String, environment: [EnvironmentFile])
        -> FoundImages
    {
        var variables: [String: Variable] = [:]
        var paths: [String] = []
        for file in environment {
            paths.append(file.path)
            for variable in file.variables(source: paths.count, earlier: variables) {
                variables[variable.name] = variable
            }
        }
        var images = YAMLImages(path: path, tree: tree, variables: variables)
        for document in tree.documents {
            for services in document.members where services.key.isText("services") {
                for service in services.value.members { add(service.value, to: &images) }
            }
        }
        return images.found(paths)
    }

    private static func add(_ service: YAMLPart, to images: inout YAMLImages) {
        let isBuilt = service["build"] != nil
        let platform = service["platform"]
        for member in service.members {
            if member.key.isText("image") {
                images.add(
                    .compose, member.value, platform: platform, skip: isBuilt ? .localBuild : nil)
            } else if member.key.isText("build") {
                add(build: member.value, to: &images)
            } else if member.key.isText("volumes") {
                for volume in member.value.items where volume["type"]?.isText("image") == true {
                    if let source = volume["source"] { images.add(.volume, source) }
                }
            } else if member.key.isText("environment") {
                add(environment: member.value, to: &images)
            }
        }
    }

    private static func add(build: YAMLPart, to images: inout YAMLImages) {
        let context = build.scalar?.text ?? build["context"]?.scalar?.text ?? "."
        let isRemote = context.contains("://") || context.hasPrefix("git@")
        var arguments: [String: Variable] = [:]
        for member in build.members {
            if member.key.isText("additional_contexts") {
                for (_, value, range) in entries(of: member.value) {
                    let text = images.tree.bytes[range]
                    guard text.starts(with: dockerImage.utf8) else { continue }
                    images.add(.buildContext, value, range.dropFirst(dockerImage.utf8.count))
                }
            } else if member.key.isText("dockerfile_inline") {
                images.add(.inlineBuild, member.value, skip: .inlineDockerfile)
            } else if member.key.isText("args") {
                for (name, value, range) in entries(of: member.value) where value.isVerbatim {
                    let id = Variable.ofBuild + arguments.count
                    var variable = Variable(id: id, name: name)
                    variable.value = images.expand(value, range).moved(to: 1).value(of: id)
                    arguments[name] = variable
                }
            }
        }
        guard !arguments.isEmpty, !isRemote, build["dockerfile_inline"] == nil else { return }
        let dockerfile = build["dockerfile"]?.scalar?.text ?? "Dockerfile"
        images.builds.append(
            ImageBuild(
                path: images.path,
                dockerfile: dockerfile.hasPrefix("/") ? dockerfile : "\(context)/\(dockerfile)",
                arguments: arguments))
    }

    /// Labels that a runner in a container registers with.
    private static func add(environment: YAMLPart, to images: inout YAMLImages) {
        for (name, value, range) in entries(of: environment)
        where name == "GITEA_RUNNER_LABELS" || name == "FORGEJO_RUNNER_LABELS" {
            guard value.isVerbatim else {
                images.add(label: value, range)
                continue
            }
            for label in images.tree.bytes[range].split(separator: UInt8(ascii: ",")) {
                images.add(label: value, label.startIndex..<label.endIndex)
            }
        }
    }

    /// What is written as a mapping or as a list of `NAME=VALUE`; with the bytes of each value.
    private static func entries(of part: YAMLPart) -> [(String, YAMLScalar, Range<Int>)] {
        var entries: [(String, YAMLScalar, Range<Int>)] = []
        for member in part.members {
            guard let key = member.key.scalar, let value = member.value.scalar else { continue }
            entries.append((key.text, value, value.range))
        }
        for item in part.items {
            guard let scalar = item.scalar, scalar.isVerbatim,
                let equals = scalar.text.utf8.firstIndex(of: UInt8(ascii: "="))
            else { continue }
            let name = String(scalar.text[..<equals])
            entries.append((name, scalar, scalar.range.dropFirst(name.utf8.count + 1)))
        }
        return entries
    }

    private static let dockerImage = "docker-image://"
}

extension Variable {
    /// The numbers of the arguments of builds start here, those of a Dockerfile at 0.
    static let ofBuild = 1 << 20
}

extension Expansion {
    /// The same, its file's places being those of another source. Values of third files have no place
    /// in a Dockerfile's world, and are left without a whole span.
    func moved(to source: Int) -> Expansion {
        var moved = self
        for index in moved.text.places.indices {
            let place = moved.text.places[index]
            moved.text.places[index].source = place.source == 0 ? source : place.source + source
        }
        for index in moved.ends.indices { moved.ends[index].place.source += source }
        return moved
    }
}
