import ConfigurationFile
import OCIRegistry
import RunLedger

/// Where the records of runs go.
struct LedgerSettings: Sendable, Hashable {
    /// The repository of the records.
    var repository: ConfiguredRepository
    /// The environment variable that holds the private key.
    var signingKeyVariable: String?
    /// Files of the public keys whose records are believed, from the current directory as the
    /// configuration's own path.
    var publicKeys: [String]
    /// The worst grade that a publish may rest on.
    var minimumGrade: Grade?

    init(
        _ node: ConfigurationNode, _ names: ConfigurationNames, folder: String
    ) throws(OCIError) {
        repository = try names.repository(node.required("repository"))
        signingKeyVariable = try node["signing-key-env"]?.text()
        let files = try node["public-keys"]?.each { (text) throws(OCIError) in text } ?? []
        publicKeys = files.map { file in
            let isWhole = file.hasPrefix("/") || folder.isEmpty
            return isWhole ? file : folder == "/" ? "/\(file)" : "\(folder)/\(file)"
        }
        minimumGrade = try node["minimum-grade"]?.value(like: "B", Grade.init)
    }
}
