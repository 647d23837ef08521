import LocalRegistry
import SystemPackage

let server = try await RegistryServer.start(
    {
        var s = ServerSettings(root: FilePath(CommandLine.arguments[1]));
        s.port = Int(CommandLine.arguments[2])!; return s
    }())
print(server.port)
try await Task.sleep(for: .seconds(100000))
