import ConfigurationFile
import OCIRegistry

/// Where the records of runs go.
struct LedgerSettings: Sendable, Hashable {
    /// How good evidence is, the best first.
    enum Grade: String, Sendable, CaseIterable {
        case a = "A"
        case b = "B"
        case c = "C"
        case d = "D"
    }

    /// The repository of the records.
    var repository: ConfiguredRepository
    /// The environment variable that holds the private key.
    var signingKeyVariable: String?
    /// The worst grade that a publish may rest on.
    var minimumGrade: Grade?

    init(_ node: ConfigurationNode, _ names: ConfigurationNames) throws(OCIError) {
        repository = try names.repository(node.required("repository"))
        signingKeyVariable = try node["signing-key-env"]?.text()
        minimumGrade = try node["minimum-grade"]?.value(like: "B", Grade.init)
    }
}
