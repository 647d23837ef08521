import Glibc

extension OCIError.Kind {
    /// The exit code of a program that ends with such a failure, from `sysexits.h`.
    public var exitStatus: Int32 {
        switch self {
        case .usage: EX_USAGE
        case .badData: EX_DATAERR
        case .notFound: EX_NOINPUT
        case .unreachable: EX_UNAVAILABLE
        case .temporary: EX_TEMPFAIL
        case .protocolViolation: EX_PROTOCOL
        case .denied: EX_NOPERM
        case .configuration: EX_CONFIG
        }
    }
}
