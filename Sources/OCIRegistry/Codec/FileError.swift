import SystemPackage

extension OCIError {
    /// Runs system calls on a file and turns their error numbers into what a user can act on.
    static func onFile<T>(
        _ failure: String, _ path: FilePath, _ body: () throws -> T
    ) throws(OCIError) -> T {
        do {
            return try body()
        } catch let error as OCIError {
            throw error
        } catch let errno as Errno {
            throw OCIError(errno, failure, path)
        } catch {
            throw OCIError(.badData, failure, subject: path.string)
        }
    }

    /// A system call that failed on a file.
    init(_ errno: Errno, _ failure: String, _ path: FilePath) {
        let (kind, advice): (Kind, String?) =
            switch errno {
            case .noSuchFileOrDirectory: (.notFound, "check the path")
            case .permissionDenied, .notPermitted, .readOnlyFileSystem:
                (.denied, "check who may access it")
            case .noSpace, .diskQuotaExceeded: (.temporary, "free some space and run again")
            case .tooManySymbolicLinkLevels: (.badData, "a symbolic link is not followed here")
            case .isDirectory, .notDirectory, .fileNameTooLong: (.usage, "check the path")
            default: (.temporary, nil)
            }
        self.init(kind, "\(failure): \(errno)", subject: path.string, advice: advice)
    }
}
