/// An nginx that ends TLS in front of a docker-registry and, where it has one, its token endpoint.
struct NginxFront {
    let port: Int
    let registryPort: Int
    var tokenPort: Int?
    /// Whether only clients get in whose certificate the authority has signed.
    var verifiesClients = false
    let certificates: Certificates

    /// Starts it as one process, with all its files in the folder.
    func start(in folder: TemporaryFolder) throws -> ChildProcess {
        let file = try folder.write("nginx.conf", config(folder))
        let program = "PATH=\"$PATH:/usr/sbin\" exec nginx -c \"$0\" -p \"$1\" -e stderr"
        return try ChildProcess(ProgramCall("/bin/sh", ["-c", program, file, folder.path]))
    }

    private var options: String {
        let tokens = tokenPort.map { "location = /token { proxy_pass http://127.0.0.1:\($0); }" }
        let clients = "ssl_verify_client on; ssl_client_certificate \(certificates.caFile);"
        return [tokens, verifiesClients ? clients : nil].compactMap { $0 }.joined(separator: "\n")
    }

    private func config(_ folder: TemporaryFolder) -> String {
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        let temporary = kinds.map { "\($0)_temp_path \(folder.file("nginx-\($0)"));" }
        return """
            daemon off;
            master_process off;
            pid \(folder.file("nginx.pid"));
            error_log stderr warn;
            events {}
            http {
                \(temporary.joined(separator: "\n    "))
                log_format short '$request_method $request_uri $server_protocol $status';
                access_log \(folder.file("access.log")) short;
                client_max_body_size 0;
                proxy_http_version 1.1;
                proxy_request_buffering off;
                proxy_buffering off;
                proxy_set_header Host $http_host;
                proxy_set_header X-Forwarded-Proto https;
                server {
                    listen 127.0.0.1:\(port) ssl http2;
                    ssl_certificate \(certificates.serverFile);
                    ssl_certificate_key \(certificates.serverKeyFile);
                    \(options)
                    location /v2/ { proxy_pass http://127.0.0.1:\(registryPort); }
                }
            }

            """
    }
}
