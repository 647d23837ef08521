import OCIRegistry
import RunLedger
import TestSupport
import Testing

@Suite("Keys")
struct KeyTests {
    @Test("a key comes back from its PEM and verifies what it signed, and nothing else")
    func roundTrip() throws {
        let key = SigningKey()
        let again = try SigningKey(pem: key.privatePEM(), source: "test")
        let open = try PublicKey(pem: key.publicKey.pem)
        #expect(again.publicKey == key.publicKey)
        #expect(open.keyID == key.publicKey.keyID)
        let signature = again.sign([1, 2, 3])
        #expect(open.verifies(signature, of: [1, 2, 3]))
        #expect(!open.verifies(signature, of: [1, 2, 4]))
        #expect(!open.verifies([], of: [1, 2, 3]))
        #expect(!SigningKey().publicKey.verifies(signature, of: [1, 2, 3]))
    }

    @Test("openssl's keys are taken, and its identifier is the hash of the public key")
    func openssl() async throws {
        let folder = try TemporaryFolder()
        let make = [
            "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out",
            folder.file("key.pem"),
        ]
        try await ChildProcess.run(ProgramCall("openssl", make)).checked()
        let key = try SigningKey(
            pem: String(decoding: try folder.read("key.pem"), as: UTF8.self), source: "test")
        let spki = ["pkey", "-in", folder.file("key.pem"), "-pubout", "-outform", "DER"]
        let der = try await ChildProcess.run(ProgramCall("openssl", spki)).checked().output
        #expect(key.publicKey.keyID == SHA2.digest(of: der).hex)
    }

    @Test(
        "other keys are refused, and the error keeps them to itself",
        arguments: [
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
            ["genpkey", "-algorithm", "ED25519"],
            [
                "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-aes256",
                "-pass", "pass:secret",
            ],
            ["rand", "-hex", "200"],
        ])
    func refused(make: [String]) async throws {
        let pem = try await ChildProcess.run(ProgramCall("openssl", make)).checked().stdout
        let error = #expect(throws: OCIError.self) {
            try SigningKey(pem: pem, source: "LEDGER_KEY")
        }
        #expect(error?.kind == .configuration)
        let told = try #require(error).description
        #expect(told.contains("LEDGER_KEY") && told.contains("keygen"))
        let secret = try #require(
            pem.split(separator: "\n").dropFirst(pem.contains("BEGIN") ? 1 : 0).first)
        #expect(!told.contains(secret))
    }

    @Test("a key that is printed by mistake gives only its identifier")
    func description() {
        let key = SigningKey()
        #expect("\(key)" == "key \(key.publicKey.keyID)")
    }
}
