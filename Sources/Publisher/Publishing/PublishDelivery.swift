import Console
import OCIRegistry

/// Hands over what the publishes of one run did: prints it, and leaves the receipts and the outputs of a
/// workflow's step.
struct PublishDelivery {
    let reports: [PublishReport]
    /// Where the receipts go, in the order of the reports; empty where they are not wanted.
    let receiptFiles: [String]
    let environment: [String: String]

    /// Does all of it, whatever fails. Throws the first failure, where there is one.
    func deliver(_ output: OutputOptions) throws {
        let receipts = reports.map { $0.receipt(environment) }
        if output.json {
            Terminal.write(receipts.count == 1 ? receipts[0].document : Self.document(receipts))
        } else {
            Terminal.write(lines)
        }
        for report in reports where !output.quiet || !report.isComplete {
            Terminal.writeError(report.summary)
        }
        let kept = zip(receiptFiles, receipts).map { file, receipt in
            Result { try receipt.write(to: file) }
        }
        let left = Result {
            try StepOutput(environment: environment).write(
                values: values(receipts), summary: reports.map(\.markdown).joined())
        }
        let failures = reports.flatMap(\.failures)
        for failure in failures.dropFirst() {
            Terminal.writeError("publisher: \(DestinationPublish.text(failure))\n")
        }
        if let failure = failures.first { throw failure }
        for result in kept { try result.get() }
        try left.get()
    }

    private static func document(_ receipts: [PublishReceipt]) -> [UInt8] {
        JSON.encode(receipts, pretty: true) + [0x0a]
    }

    /// The digest; of several images, one line each, after its name. Of what is not complete, nothing.
    private var lines: String {
        reports.filter(\.isComplete).flatMap { report in
            report.digests.map { reports.count == 1 ? "\($0)\n" : "\(report.name) \($0)\n" }
        }.joined()
    }

    /// The outputs of a step; those of one of several images start with its name.
    private func values(_ receipts: [PublishReceipt]) -> [(String, String)] {
        var values: [(String, String)] = []
        for (index, receipt) in receipts.enumerated() {
            let prefix = receipts.count == 1 ? "" : "\(reports[index].name)-"
            if receipt.complete, let place = receipt.destinations.first {
                values.append(("\(prefix)digest", place.digest.map { "\($0)" } ?? ""))
                values.append(("\(prefix)reference", place.reference ?? ""))
            }
            if !receiptFiles.isEmpty { values.append(("\(prefix)receipt", receiptFiles[index])) }
        }
        return values
    }
}
