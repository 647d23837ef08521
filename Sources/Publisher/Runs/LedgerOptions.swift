import ArgumentParser
import OCIRegistry
import RunLedger

/// Which ledger, and whose records are believed in it.
struct LedgerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The ledger, where it is not the one of publisher.yaml.", valueName: "host/repository"))
    var ledger: String?

    @Option(
        help: ArgumentHelp(
            "Believe records of this public key (PEM), and not those of publisher.yaml; may be repeated.",
            valueName: "file"))
    var publicKey: [String] = []
}

/// Which key signs. Never the key itself: arguments are there for everybody on the machine to see.
struct SigningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Sign with the private key in this file (PKCS#8 PEM), not with the one in the variable that "
                + "publisher.yaml names.", valueName: "file"))
    var keyFile: String?

    @Flag(help: "Read the private key from standard input.")
    var keyStdin = false

    func validate() throws {
        if keyFile != nil && keyStdin {
            throw ValidationError("--key-file or --key-stdin, not both")
        }
    }
}
