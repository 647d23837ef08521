import FoundationEssentials
import OCIRegistry
import Subprocess

/// The `docker` program of this machine. It asks nothing of an engine but its version.
struct DockerClient: Sendable {
    /// Its release: `28.5.1`.
    var release: String?
    /// The newest version of the engine's API that it speaks.
    var newestAPI: DockerAPIVersion?

    private struct Document: Decodable {
        var version: String?
        var apiVersion: String?
        var defaultAPIVersion: String?

        enum CodingKeys: String, CodingKey {
            case version = "Version"
            case apiVersion = "ApiVersion"
            case defaultAPIVersion = "DefaultAPIVersion"
        }
    }

    /// Reads what `docker version --format '{{json .Client}}'` prints. Beside an engine its API version is
    /// the one that both agreed on; the default is what it speaks by itself.
    init(printed bytes: [UInt8]) {
        let document = try? JSON.decode(Document.self, from: bytes, what: "the client's version")
        release = document?.version
        newestAPI =
            (document?.defaultAPIVersion ?? document?.apiVersion).flatMap(DockerAPIVersion.init)
    }

    /// Asks the program in `PATH`; nil where there is none.
    ///
    /// Throws ``OCIError`` (configuration) where it cannot be run.
    static func find() async throws -> DockerClient? {
        do {
            // Without an engine it exits with 1, and prints its own part all the same.
            let result = try await Subprocess.run(
                .name("docker"), arguments: ["version", "--format", "{{json .Client}}"],
                output: .bytes(limit: 1 << 20), error: .discarded)
            return DockerClient(printed: result.standardOutput)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            return nil
        } catch is SubprocessError {
            throw OCIError(.configuration, "the docker program cannot be run")
        }
    }
}
