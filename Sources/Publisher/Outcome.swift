import ArgumentParser
import Glibc
import OCIRegistry

/// Exit codes, as `sysexits.h` has them, and one of our own.
enum ExitStatus {
    static let refusedByPolicy: Int32 = 10

    static func code(for kind: OCIError.Kind) -> Int32 {
        switch kind {
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

/// A command that was refused on purpose; nothing was written.
struct PolicyRefusal: Error {
    var message: String
    var advice: String
}

/// How a command ended.
enum Outcome: Sendable {
    case done
    case failed(code: Int32, message: String)

    /// Runs a command's body.
    static func of(_ body: () async throws -> Void) async -> Outcome {
        do {
            try await body()
            return .done
        } catch let error as OCIError {
            return .failed(code: ExitStatus.code(for: error.kind), message: error.description)
        } catch let error as PolicyRefusal {
            return .failed(
                code: ExitStatus.refusedByPolicy,
                message: "\(error.message)\n  next: \(error.advice)")
        } catch is CancellationError {
            return .failed(code: EX_SOFTWARE, message: "cancelled")
        } catch let error as ExitCode {
            return error.isSuccess ? .done : .failed(code: error.rawValue, message: "")
        } catch {
            let code = Publisher.exitCode(for: error)
            let text = Publisher.fullMessage(for: error)
            return .failed(code: code.rawValue, message: text)
        }
    }

    /// Ends the process: the message on standard error, the code to the caller.
    func exit() -> Never {
        switch self {
        case .done: Glibc.exit(0)
        case .failed(let code, let message):
            if !message.isEmpty { Terminal.writeError("publisher: \(message)\n") }
            Glibc.exit(code)
        }
    }
}
