import ArgumentParser
import Logging
import OCIRegistry
import RunLedger

/// What every verb that reads a ledger begins with.
struct LedgerReading {
    let session: Session
    let ledger: Ledger
    let configuration: Configuration?

    init(
        _ options: LedgerOptions, _ file: ConfigurationOptions, _ connection: ConnectionOptions,
        _ output: OutputOptions
    ) async throws {
        let environment = ProcessEnvironment.current
        configuration = try await file.loadIfThere()
        let access = try LedgerAccess(
            named: options.ledger, configuration, environment: environment)
        let keys = try access.publicKeys(options.publicKey)
        session = try Session(
            connection, output, credentialsFor: access.place.host,
            registries: configuration?.registries ?? [], parallel: Ledger.parallel)
        ledger = Ledger(session.repository(access.place), keys: keys)
    }

    /// What the ledger holds, with the help of this machine's index. What is not to be believed is told.
    func catalog(
        naming digests: Set<Digest>? = nil
    ) async throws -> LedgerCatalog {
        var index = LedgerIndex.folder(environment: session.environment).map {
            LedgerIndex(folder: $0, ledger: ledger.name, keys: ledger.keys)
        }
        let catalog = try await ledger.catalog(&index, naming: digests)
        for problem in catalog.problems {
            session.logger.warning("\(ledger.name):\(problem.tag) is left out: \(problem.fault)")
        }
        return catalog
    }
}
