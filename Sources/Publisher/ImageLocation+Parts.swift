import OCIRegistry

extension ImageLocation {
    /// The registry, where it is in one.
    var host: RegistryHost? {
        if case .registry(let reference) = self { reference.host } else { nil }
    }

    /// What receipts call it that was written so: of what is in a registry the whole reference,
    /// whatever name stood for it.
    func name(as text: String) -> String {
        if case .registry(let reference) = self { "\(reference)" } else { text }
    }

    /// The tag that it names, where it names one.
    var tag: String? {
        switch self {
        case .registry(let reference): reference.tag?.description
        case .ociDirectory(_, let selector), .ociArchive(_, let selector):
            selector.flatMap { $0.hasPrefix("@") ? nil : $0 }
        case .engine, .dockerArchive: nil
        }
    }

    /// The same place with another tag.
    func with(tag: Tag) -> ImageLocation {
        switch self {
        case .registry(let reference): .registry(reference.with(tag: tag))
        case .ociDirectory(let path, _): .ociDirectory(path, selector: tag.description)
        case .ociArchive(let path, _): .ociArchive(path, selector: tag.description)
        case .engine, .dockerArchive: self
        }
    }

    /// The repository or layout, without tag or digest.
    var place: String {
        switch self {
        case .registry(let reference): reference.name
        case .ociDirectory(let path, _): "oci:\(path)"
        case .ociArchive(let path, _): "oci-archive:\(path)"
        case .engine, .dockerArchive: description
        }
    }
}
