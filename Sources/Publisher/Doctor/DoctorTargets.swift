import OCIRegistry

/// A registry that the doctor looks at, and what is to be pushed there.
struct DoctorTarget: Sendable, Hashable {
    /// The registry.
    var host: RegistryHost
    /// What `publisher.yaml` says of it.
    var settings: RegistrySettings?
    /// The repositories that credentials are needed for.
    var repositories: [RepositoryName] = []

    /// Everything that a configuration names: each registry, also one that no image uses.
    static func all(of configuration: Configuration) -> [DoctorTarget] {
        var targets = configuration.registries.map { DoctorTarget(host: $0.host, settings: $0) }
        let places =
            configuration.images.flatMap(\.destinations)
            + (configuration.ledger.map { [$0.repository] } ?? [])
        for place in places { targets.add(place.registry.host, place.name, configuration) }
        return targets
    }

    /// What arguments name: images of the configuration, each in all its repositories; repositories;
    /// registries, by host or by their names in the configuration.
    ///
    /// Throws ``OCIError`` (usage) for what is none of these.
    static func named(
        _ arguments: [String], _ configuration: Configuration?
    ) throws(OCIError) -> [DoctorTarget] {
        let names = RepositoryNames(configuration: configuration)
        var targets: [DoctorTarget] = []
        for argument in arguments {
            if let image = configuration?.images.first(where: { $0.name == argument }) {
                for place in image.destinations {
                    targets.add(place.registry.host, place.name, configuration)
                }
            } else if names.mayBeHost(argument) {
                targets.add(try names.host(argument), nil, configuration)
            } else {
                let reference = try names.destination(argument)
                targets.add(reference.host, reference.repository, configuration)
            }
        }
        return targets
    }
}

extension [DoctorTarget] {
    fileprivate mutating func add(
        _ host: RegistryHost, _ repository: RepositoryName?, _ configuration: Configuration?
    ) {
        if !contains(where: { $0.host == host }) {
            let settings = configuration?.registries.first { $0.host == host }
            append(DoctorTarget(host: host, settings: settings))
        }
        guard let repository, let index = firstIndex(where: { $0.host == host }),
            !self[index].repositories.contains(repository)
        else { return }
        self[index].repositories.append(repository)
    }
}
