import ArgumentParser
import Console
import Glibc
import OCIRegistry
import RunLedger

/// `publisher run keygen`.
struct RunKeygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a key to sign records with.",
        discussion: """
            The private key goes to the file, which only you can read; its public part goes to FILE.pub. \
            Prints the key's identifier. Put the private key into a secret of the CI, and the public one \
            beside publisher.yaml, as one of the ledger's public-keys.

            Example:
              publisher run keygen ledger.key
            """)

    @Argument(help: "Where the private key goes. Nothing is written over.")
    var file: String

    func run() async throws {
        for path in [file, file + ".pub"] where access(path, F_OK) == 0 {
            throw OCIError(
                .usage, "the file is there already", subject: path,
                advice: "a key that is lost cannot be made again: name another file")
        }
        let key = SigningKey()
        let advice = RunStart.advice
        try LocalFile.replace(file, with: Array(key.privatePEM().utf8), advice: advice)
        try LocalFile.replace(
            file + ".pub", with: Array(key.publicKey.pem.utf8), advice: advice)
        chmod(file + ".pub", 0o644)
        Terminal.write("\(key.publicKey.keyID)\n")
    }
}
