/// The configuration file of docker-registry 2.8.
struct RegistryConfig {
    var storage: String
    var port: Int
    var htpasswdFile: String?
    var tokenRealm: String?
    var signerFile: String?

    init(storage: String, port: Int) {
        self.storage = storage
        self.port = port
    }

    var text: String {
        """
        version: 0.1
        log: {level: info, accesslog: {disabled: false}}
        storage:
          filesystem: {rootdirectory: "\(storage)"}
          delete: {enabled: true}
        http: {addr: "127.0.0.1:\(port)", secret: fixture}
        \(auth)
        """
    }

    private var auth: String {
        if let htpasswdFile {
            return #"auth: {htpasswd: {realm: fixture, path: "\#(htpasswdFile)"}}"#
        }
        guard let tokenRealm, let signerFile else { return "" }
        return """
            auth:
              token:
                realm: "\(tokenRealm)"
                service: "\(TokenServer.service)"
                issuer: "\(TokenServer.issuer)"
                rootcertbundle: "\(signerFile)"
            """
    }
}
