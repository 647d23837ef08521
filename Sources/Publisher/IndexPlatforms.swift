import ImageTags
import OCIRegistry

/// Which platforms an index is to have, and whether images give exactly those.
struct IndexPlatforms: Sendable {
    /// What was asked for; empty where any will do.
    private let wanted: [Platform]

    /// Takes what was asked for. Throws ``OCIError`` (usage) for a platform that stands there twice.
    init(_ wanted: [Platform]) throws(OCIError) {
        for (index, platform) in wanted.enumerated()
        where wanted[..<index].contains(where: { $0.plain == platform.plain }) {
            throw OCIError(
                .usage, "\(platform) is asked for twice", advice: "name each platform once")
        }
        self.wanted = wanted
    }

    /// Whether an image for a platform is to be in the index.
    func include(_ platform: Platform) -> Bool {
        wanted.isEmpty || wanted.contains { $0.plain == platform.plain }
    }

    /// Whether an image may be for a wanted platform, of which an index tells no variant.
    func mayInclude(_ platform: Platform) -> Bool {
        wanted.isEmpty
            || wanted.contains {
                $0.os == platform.os && $0.architecture == platform.architecture
            }
    }

    /// Checks images, each with where it is from.
    ///
    /// Throws ``PolicyRefusal`` where there are two for one platform, one that nobody asked for, or
    /// none for one that was asked for.
    func check(_ images: [(platform: Platform, place: String)]) throws(PolicyRefusal) {
        guard !images.isEmpty || !wanted.isEmpty else {
            throw PolicyRefusal(
                "there is no image to put in the index", advice: "name some with --add")
        }
        for (index, image) in images.enumerated() {
            if let twin = images[..<index].first(where: {
                $0.platform.exact == image.platform.exact
            }) {
                throw PolicyRefusal(
                    "two images are for \(image.platform): \(twin.place) and \(image.place)",
                    advice: "leave one out, or choose from an index with --platform")
            }
            guard include(image.platform) else {
                throw PolicyRefusal(
                    "\(image.place) is for \(image.platform), which was not asked for",
                    advice: "leave it out, or add --platform \(image.platform)")
            }
        }
        for platform in wanted
        where !images.contains(where: { $0.platform.plain == platform.plain }) {
            let there = images.map { "\($0.platform)" }.joined(separator: ", ")
            throw PolicyRefusal(
                "there is no image for \(platform)",
                advice: there.isEmpty
                    ? "add one" : "add one; there are images for \(there)")
        }
    }
}

extension Platform {
    /// The platform with what engines take for the same written in one way: v8 is every arm64, v7
    /// the usual arm, v1 every amd64.
    fileprivate var exact: Platform {
        var platform = self
        switch (architecture, variant) {
        case ("arm64", "v8"), ("amd64", "v1"): platform.variant = nil
        case ("arm", nil): platform.variant = "v7"
        default: break
        }
        return platform
    }

    /// The same without an operating system's version and features, which nobody can ask for.
    fileprivate var plain: Platform {
        let exact = exact
        return Platform(
            os: exact.os, architecture: exact.architecture, variant: exact.variant)
    }
}
