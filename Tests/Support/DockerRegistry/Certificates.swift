/// A certificate authority, a server's certificate, a client's and a token signer's, made by
/// `openssl`.
struct Certificates: Sendable {
    let caFile: String
    let serverFile: String
    let serverKeyFile: String
    let clientFile: String
    let clientKeyFile: String
    let signerFile: String
    let signerKeyFile: String

    /// Makes them in a folder; the server is 127.0.0.1, localhost and registry.test.
    init(in folder: TemporaryFolder) throws {
        caFile = folder.file("ca.pem")
        serverFile = folder.file("server.pem")
        serverKeyFile = folder.file("server.key")
        clientFile = folder.file("client.pem")
        clientKeyFile = folder.file("client.key")
        signerFile = folder.file("signer.pem")
        signerKeyFile = folder.file("signer.key")
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        let common = ["-x509", "-days", "2"]
        try openSSL(
            ["req"] + common + key + ["-subj", "/CN=fixture CA"]
                + ["-addext", "keyUsage=critical,keyCertSign"]
                + ["-keyout", folder.file("ca.key"), "-out", caFile])
        try openSSL(
            ["req"] + common + key + ["-subj", "/CN=localhost"]
                + ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:registry.test"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"]
                + ["-CA", caFile, "-CAkey", folder.file("ca.key")]
                + ["-keyout", serverKeyFile, "-out", serverFile])
        try openSSL(
            ["req"] + common + key + ["-subj", "/CN=fixture client"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"]
                + ["-addext", "extendedKeyUsage=clientAuth"]
                + ["-CA", caFile, "-CAkey", folder.file("ca.key")]
                + ["-keyout", clientKeyFile, "-out", clientFile])
        try openSSL(
            ["req"] + common + ["-newkey", "rsa:2048", "-nodes", "-subj", "/CN=fixture tokens"]
                + ["-keyout", signerKeyFile, "-out", signerFile])
    }
}

/// Runs `openssl` and gives what it wrote to standard output.
@discardableResult
func openSSL(_ arguments: [String], stdin: [UInt8]? = nil) throws -> [UInt8] {
    try ChildProcess.runBlocking(ProgramCall("openssl", arguments, stdin: stdin)).checked().output
}
