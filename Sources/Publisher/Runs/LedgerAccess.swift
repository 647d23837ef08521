import Console
import OCIRegistry
import RunLedger

/// The ledger that a command is about, and the keys that go with it.
struct LedgerAccess: Sendable {
    /// Where it is.
    let place: Reference
    /// What `publisher.yaml` says of it.
    let settings: LedgerSettings?
    private let environment: [String: String]

    /// Throws ``OCIError`` (configuration) where no ledger is named.
    init(
        named: String?, _ configuration: Configuration?, environment: [String: String]
    ) throws(OCIError) {
        self.environment = environment
        settings = configuration?.ledger
        if let named {
            let reference = try RepositoryNames(configuration: configuration).destination(named)
            guard reference.tag == nil else {
                throw OCIError(
                    .usage, "a ledger is a repository, not a tag", subject: named,
                    advice: "leave ':\(reference.selector)' out")
            }
            place = reference
        } else if let settings {
            place = settings.repository.reference
        } else {
            throw OCIError(
                .configuration, "no ledger is named",
                subject: configuration?.path,
                advice:
                    "add \"ledger: {repository: REGISTRY/REPOSITORY}\" to publisher.yaml, or give "
                    + "--ledger HOST/REPOSITORY")
        }
    }

    /// The key that signs in this ledger. Throws ``OCIError`` (configuration) where there is none.
    func signingKey(_ options: SigningOptions) throws -> SigningKey {
        try Self.signingKey(
            options, variable: settings?.signingKeyVariable, environment: environment)
    }

    /// The key that signs: of a file, of standard input, or of a variable.
    ///
    /// Throws ``OCIError`` (configuration) where there is none.
    static func signingKey(
        _ options: SigningOptions, variable: String?, environment: [String: String]
    ) throws -> SigningKey {
        if options.keyStdin {
            return try SigningKey(pem: try Password.fromStandardInput(), source: "standard input")
        }
        if let file = options.keyFile {
            guard let (bytes, isExposed) = try LocalFile.read(file) else {
                throw OCIError(.notFound, "there is no such file", subject: file)
            }
            if isExposed {
                Terminal.writeError(
                    "publisher: warning: \(file) can be read by others: chmod 600 \(file)\n")
            }
            return try SigningKey(pem: String(decoding: bytes, as: UTF8.self), source: file)
        }
        if let key = try key(in: variable, environment) { return key }
        throw OCIError(
            .configuration,
            variable.map { "there is no key to sign with: \($0) is not set" }
                ?? "there is no key to sign with",
            advice: "'publisher run keygen' makes one; name its variable by signing-key-env in "
                + "publisher.yaml, or give --key-file or --key-stdin")
    }

    /// The keys whose records are believed: those that are named, else those of `publisher.yaml`; and the
    /// signing key's own, where it is here.
    ///
    /// Throws ``OCIError`` (configuration) where there is none, and where keys are named and the one that is to
    /// sign is not among them: nobody would believe its records.
    func publicKeys(_ files: [String], signing: SigningKey? = nil) throws -> [PublicKey] {
        let named = files.isEmpty ? settings?.publicKeys ?? [] : files
        var keys = try named.map { file in
            guard let (bytes, _) = try LocalFile.read(file) else {
                throw OCIError(.notFound, "there is no such file", subject: file)
            }
            return try PublicKey(pem: String(decoding: bytes, as: UTF8.self), subject: file)
        }
        if let signing, !keys.isEmpty, !keys.contains(signing.publicKey) {
            throw OCIError(
                .configuration, "the key that signs is not one of those whose records are believed",
                advice:
                    "sign with one of them, or name its public part too: public-keys of the ledger in "
                    + "publisher.yaml, or --public-key FILE")
        }
        if let own = try signing ?? (files.isEmpty ? environmentKey() : nil),
            !keys.contains(own.publicKey)
        {
            keys.append(own.publicKey)
        }
        guard !keys.isEmpty else {
            throw OCIError(
                .configuration, "no key is known whose records are to be believed",
                advice: "name its public part: public-keys of the ledger in publisher.yaml, or "
                    + "--public-key FILE")
        }
        return keys
    }

    private func environmentKey() throws -> SigningKey? {
        try Self.key(in: settings?.signingKeyVariable, environment)
    }

    private static func key(
        in variable: String?, _ environment: [String: String]
    ) throws -> SigningKey? {
        guard let variable, let pem = environment[variable], !pem.isEmpty else { return nil }
        return try SigningKey(pem: pem, source: "the variable \(variable)")
    }
}
