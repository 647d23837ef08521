import OCIRegistry

/// Whether `publisher.yaml` can be read; what is wrong with it is told here too.
struct ConfigurationCheck: Sendable {
    /// What reading gave; nil where there is none.
    var result: Result<Configuration?, OCIError>

    static func run(_ file: ConfigurationOptions) async -> ConfigurationCheck {
        do throws(OCIError) {
            return ConfigurationCheck(result: .success(try await file.loadIfThere()))
        } catch {
            return ConfigurationCheck(result: .failure(error))
        }
    }

    var configuration: Configuration? { try? result.get() }
    var error: OCIError? { if case .failure(let error) = result { error } else { nil } }

    var diagnosis: Diagnosis {
        switch result {
        case .success(let configuration?):
            func count(_ number: Int, _ one: String, _ many: String) -> String {
                "\(number) \(number == 1 ? one : many)"
            }
            return .ok(
                .configuration, configuration.path,
                count(configuration.registries.count, "registry", "registries") + ", "
                    + count(configuration.images.count, "image", "images"))
        case .success(nil):
            return .ok(
                .configuration, Configuration.fileName,
                "none here or above; publish and prune need one")
        case .failure(let error):
            return .problem(
                .configuration, error.subject ?? Configuration.fileName, error,
                why: "no verb that reads it does anything until it is corrected")
        }
    }
}
