import Foundation
import OCIRegistry

@testable import Publisher

/// Configurations that tests start from.
enum Example {
    /// Every key that there is, each with a value that is not the default.
    static let complete = """
        registries:
          git:
            host: git.example.org:8443
            dialect: gitea
            username-env: GIT_USER
            password-env: GIT_TOKEN
            ca-file: certificates/ca.pem
          hub: {host: hub.example.org, insecure: true}
        channels:
          dev: {on: refs/heads/main}
          release: {on: "refs/tags/v{version}", versions: semver}
        images:
          app:
            repository: [git/team/app, hub/app]
            build:
              dockerfile: docker/Dockerfile
              target: final
              args: {RUST_VERSION: 1.92}
            platforms: [linux/amd64, linux/arm64/v8]
            labels: {org.opencontainers.image.revision: "{sha}"}
            annotations: [org.opencontainers.image.source]
            tags:
              dev: {immutable: ["sha-{sha7}"], rolling: [dev, main]}
              release:
                immutable: ["{version}"]
                rolling: [latest, "{major}.{minor}"]
                forward-only: true
          tool:
            repository: hub/tool
            annotations: {org.opencontainers.image.ref.name: "{channel}"}
            tags:
              dev: {rolling: [tool]}
        ledger:
          repository: git/team/runs
          signing-key-env: LEDGER_KEY
          public-keys: [build/ledger.pub]
          minimum-grade: C
        retention:
          grace: 24h
          limits: {count: 200, percent: 50}
          protect: ["keep-*"]
          roots:
            pins: ["build/**"]
            ledger: 90d
            receipts: {files: ["receipts/*.json"], younger-than: 30d}
          repositories:
            git/team/app:
              keep:
                - {tags: [latest]}
                - {versions: {minors: 3, patches: 2, prereleases: 1, prefix: app-}}
                - {tags: ["sha-*"], newest: 10, younger-than: 2w}
        """

    /// A small one, in lines 1 to 8, with what follows it: images from line 9 on.
    static func with(
        images: String, dialect: String = "oci", more: String = ""
    ) -> String {
        """
        registries:
          r: {host: r.example.org, dialect: \(dialect)}
          s: {host: s.example.org}
        channels:
          dev: {on: refs/heads/main}
          release: {on: "refs/tags/v{version}", versions: calver}
        \(more)
        images:

        """ + images
    }

    /// This repository's own.
    static let own = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "publisher.yaml").path()

    static func parse(_ text: String) throws -> Configuration {
        try Configuration.parse(text, path: "p.yaml")
    }

    /// What is wrong with a text, with the cures.
    static func mistake(_ text: String) -> String {
        do throws(OCIError) {
            _ = try Configuration.parse(text, path: "p.yaml")
            return ""
        } catch {
            guard error.kind == .configuration, error.subject == "p.yaml" else { return "other" }
            return "\(error.message)\nnext: \(error.advice ?? "")"
        }
    }
}
