import ArgumentParser
import Console
import Glibc
import OCIRegistry
import RunLedger
import SystemPackage

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
        let key = SigningKey()
        try make(file + ".pub", key.publicKey.pem, mode: .readableByAll)
        do {
            try make(file, key.privatePEM(), mode: [.ownerReadWrite])
        } catch {
            unlink(file + ".pub")
            throw error
        }
        Terminal.write("\(key.publicKey.keyID)\n")
    }

    private func make(_ path: String, _ text: String, mode: FilePermissions) throws {
        let isNew = try LocalFile.create(
            path, with: Array(text.utf8), mode: mode, advice: RunStart.advice)
        guard isNew else {
            throw OCIError(
                .usage, "the file is there already", subject: path,
                advice: "a key that is lost cannot be made again: name another file")
        }
    }
}
