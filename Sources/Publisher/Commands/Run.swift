import ArgumentParser

/// `publisher run`.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record which builder image each CI run used, and what it made.",
        discussion: """
            A record is an in-toto statement with SLSA's provenance, signed, under a tag of its own in \
            the ledger that publisher.yaml names. How well the builder is known is told by a grade: A the \
            workflow named its digest, and engine and registry confirm it; B engine and registry prove \
            it; C somebody says so; D the image says who it is, and the record of its publish gives the \
            digest; E it is not known.
            """,
        subcommands: [
            RunStart.self, RunFinish.self, RunShow.self, RunList.self, RunVerify.self, RunUses.self,
            RunExport.self, RunPush.self, RunSign.self, RunKeygen.self,
        ])
}
