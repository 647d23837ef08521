import FoundationEssentials
import OCIRegistry

/// Whether the Docker Engine can be reached, and whether the `docker` program is new enough for it.
struct DockerCheck: Sendable {
    /// What came of asking the engine.
    var engine: Result<DockerEngine.Version, OCIError>
    /// Its address.
    var address: String
    /// Whether somebody named it, or a socket is there: then it is meant to be reached.
    var isExpected: Bool
    /// The folder of its images, where it is on this machine and tells.
    var rootFolder: String?
    /// The `docker` program; nil where there is none.
    var client: Result<DockerClient?, OCIError>
    /// The version that `DOCKER_API_VERSION` holds the program to.
    var pinned: String?

    static func run(_ environment: [String: String]) async -> DockerCheck {
        async let client = TimeLimit.check.attempt { try await DockerClient.find() }
        let pinned = environment["DOCKER_API_VERSION"].flatMap { $0.isEmpty ? nil : $0 }
        let isNamed = environment["DOCKER_HOST"].map { !$0.isEmpty } ?? false
        do throws(OCIError) {
            let engine = try DockerEngine(environment: environment)
            let version = await TimeLimit.check.attempt { try await engine.version() }
            let root = await TimeLimit.check.attempt { try await engine.rootFolder() }
            return DockerCheck(
                engine: version, address: engine.name,
                isExpected: isNamed || FileManager.default.fileExists(atPath: usualSocket),
                rootFolder: engine.isLocal ? (try? root.get()) ?? nil : nil,
                client: await client, pinned: pinned)
        } catch {
            return DockerCheck(
                engine: .failure(error), address: "DOCKER_HOST", isExpected: true,
                client: await client, pinned: pinned)
        }
    }

    private static let usualSocket = "/var/run/docker.sock"

    var diagnoses: [Diagnosis] { [engineDiagnosis] + (clientDiagnosis.map { [$0] } ?? []) }

    private var engineDiagnosis: Diagnosis {
        switch engine {
        case .success(let version):
            let api = [version.oldestAPI, version.newestAPI].compactMap { $0 }
            let speaks = api.isEmpty ? "" : ", API \(api.joined(separator: " to "))"
            return .ok(.docker, address, "engine \(version.release)\(speaks)")
        case .failure(let error) where error.kind == .unreachable && !isExpected:
            return .ok(
                .docker, address, "no engine, and none is needed but for docker-daemon: sources")
        case .failure(let error):
            return .warning(
                .docker, address, error.asOneLine,
                why: "images cannot be taken from the engine (docker-daemon:NAME)",
                cure: "start it, correct DOCKER_HOST, or let this account use its socket (group "
                    + "docker); images also come from files: docker-archive:FILE")
        }
    }

    private var clientDiagnosis: Diagnosis? {
        let found: DockerClient
        switch client {
        case .success(nil): return nil
        case .success(let some?): found = some
        case .failure(let error):
            return .warning(
                .docker, "docker", "the program does not tell its version: \(error.message)",
                why: "steps that use it may hang or fail", cure: "run 'docker version' by hand")
        }
        let name = "client \(found.release ?? "of an unknown release")"
        guard let newest = pinned.flatMap(DockerAPIVersion.init) ?? found.newestAPI else {
            return .ok(.docker, "docker", "\(name), which does not tell its API version")
        }
        let holds = pinned.map { ", held to API \($0) by DOCKER_API_VERSION" } ?? ", API \(newest)"
        let version = try? engine.get()
        let why = "every docker command that needs the engine is refused by it"
        if let oldest = version?.oldestAPI.flatMap(DockerAPIVersion.init), newest < oldest {
            return .problem(
                .docker, "docker",
                "\(name)\(holds), is older than the engine's minimum, \(oldest)", why: why,
                cure: pinned == nil
                    ? "update the docker program (docker-ce-cli, or the job's image) to one that "
                        + "speaks API \(oldest) or newer; until then, the engine's "
                        + "DOCKER_MIN_API_VERSION can let older ones in"
                    : "unset DOCKER_API_VERSION, or set it to \(oldest) or newer")
        }
        if pinned != nil, let most = version?.newestAPI.flatMap(DockerAPIVersion.init),
            most < newest
        {
            return .problem(
                .docker, "docker", "\(name)\(holds), is newer than the engine's newest, \(most)",
                why: why, cure: "unset DOCKER_API_VERSION, or set it to \(most) or older")
        }
        return .ok(.docker, "docker", "\(name)\(holds)")
    }
}
