import ImageTags
import RunLedger

extension Configuration {
    /// What `publisher.yaml` may hold.
    static let shape = Shape.record([
        .init(
            "registries", .names(.name, of: registry), required: true,
            "Registries, by the names that repositories start with."),
        .init(
            "channels", .names(.name, of: channel),
            "Streams of publishes. A git ref selects exactly one, or the publish is refused."),
        .init(
            "images", .names(.name, of: image),
            "Images, by the names that commands take."),
        .init("ledger", ledger, "Where the records of runs go."),
        .init("retention", retention, "What prune keeps."),
    ])

    private static let registry = Shape.record([
        .init(
            "host", .text(.host), required: true,
            "The registry's host, with its port where it is not the default."),
        .init(
            "dialect", .choice(RegistrySettings.Dialect.allCases.map(\.rawValue)),
            "gitea for Gitea and Forgejo, which fold the case of tags; oci, the default, for others."
        ),
        .init(
            "username-env", .text(.variable),
            "The environment variable that holds the user's name. Goes with password-env."),
        .init(
            "password-env", .text(.variable),
            "The environment variable that holds the password or token. Goes with username-env."),
        .init(
            "insecure", .flag,
            "Whether plain HTTP may be used. False by default; this machine's own may always."),
        .init(
            "ca-file", .text(.path),
            "Certificates (PEM) to trust for this registry too, from this file's folder."),
    ])

    private static let channel = Shape.record([
        .init(
            "on", .text(.refPattern), required: true,
            "The git refs that belong to it: a full name, in which * stands for anything but a "
                + "slash and {version} for a version."),
        .init(
            "versions", .choice(VersionScheme.allCases.map(\.rawValue)),
            "How versions are written. Needed exactly where \"on\" has {version}."),
    ])

    private static let template = Shape.text(.template)
    private static let templates = Shape.list(of: template)

    private static let image = Shape.record([
        .init(
            "repository",
            .either([.text(.repository), .list(of: .text(.repository))]), required: true,
            "REGISTRY/REPOSITORY; several publish to all of them."),
        .init("build", build, "How Docker builds it. Publisher builds nothing, it looks for pins."),
        .init(
            "platforms", .list(of: .text(.platform)),
            "The platforms that it has to have: os/architecture[/variant]."),
        .init(
            "labels", .names(.annotation, of: template),
            "Labels that its configuration has to have before anything is written."),
        .init(
            "annotations",
            .either([.list(of: .text(.annotation)), .names(.annotation, of: template)]),
            "Annotations that its manifest has to have: their keys, or keys with their values."),
        .init(
            "tags", .names(.name, of: tags), required: true,
            "Its tags in each channel. It is not published from any other."),
    ])

    private static let tags = Shape.record([
        .init(
            "immutable", templates,
            "Tags that name one digest for ever. Each holds {sha}, {sha7} or {version}."),
        .init("rolling", templates, "Tags that move from publish to publish."),
        .init(
            "forward-only", .flag,
            "Whether rolling tags move to newer versions only. False by default."),
    ])

    private static let build = Shape.record([
        .init(
            "dockerfile", .text(.path), required: true, "The Dockerfile, from this file's folder."),
        .init("target", .text(.name), "The stage."),
        .init("args", .names(.buildArgument, of: .text(.anything)), "Build arguments."),
    ])

    private static let ledger = Shape.record([
        .init("repository", .text(.repository), required: true, "REGISTRY/REPOSITORY."),
        .init(
            "signing-key-env", .text(.variable),
            "The environment variable that holds the private key (PEM)."),
        .init(
            "public-keys", .list(of: .text(.path)),
            "Files (PEM), from this file's folder, of the keys whose records are believed."),
        .init(
            "minimum-grade", .choice(Grade.allCases.filter { $0 > .e }.map(\.rawValue)),
            "The worst grade of evidence that a publish may rest on; A is the best."),
    ])

    private static let count = Shape.number(0...1_000_000)

    private static let retention = Shape.record([
        .init(
            "grace", .text(.age), "How long nothing is deleted after it came: 90m, 24h, 14d, 2w."),
        .init(
            "limits",
            .record([
                .init("count", count, "Digests that one prune may delete without a word."),
                .init(
                    "percent", .number(0...100),
                    "How much of a repository one prune may delete without a word."),
            ]), "Past either, apply wants the plan's hash typed out."),
        .init(
            "protect", .list(of: .text(.tagPattern)),
            "Tags that are kept in every repository. Rolling tags of images always are."),
        .init(
            "roots",
            .record([
                .init(
                    "pins", .list(of: .text(.pathPattern)),
                    "Files whose image references are kept."),
                .init("ledger", .text(.age), "How long what a run record names is kept."),
                .init(
                    "receipts",
                    .record([
                        .init(
                            "files", .list(of: .text(.pathPattern)), required: true,
                            "Receipts of publishes and promotions."),
                        .init(
                            "younger-than", .text(.age), required: true,
                            "How long what one names is kept, and what its tags named before."),
                    ]), "Receipts whose images are kept."),
            ]), "What is kept besides what the rules keep."),
        .init(
            "repositories",
            .names(
                .repository,
                of: .record([
                    .init(
                        "keep", .list(of: keep), required: true,
                        "What any of these rules takes is kept.")
                ])), "Rules for each REGISTRY/REPOSITORY. One without rules is left alone."),
    ])

    private static let keep = Shape.record([
        .init("tags", .list(of: .text(.tagPattern)), "Tags, in which * stands for anything."),
        .init(
            "versions",
            .record([
                .init(
                    "minors", .number(1...10_000), required: true, "So many of the newest minors."),
                .init(
                    "patches", .number(1...10_000), required: true,
                    "Of each, so many of the newest patches."),
                .init(
                    "prereleases", .number(0...10_000),
                    "The same for pre-releases, which are counted apart; as many as patches."),
                .init(
                    "prefix", .text(.tagPattern),
                    "What stands before the version; by default nothing, or a v."),
            ]), "Releases."),
        .init("newest", .number(1...1_000_000), "Of the tags, so many of the newest."),
        .init("younger-than", .text(.age), "Of the tags, those that came within this time."),
    ])
}
