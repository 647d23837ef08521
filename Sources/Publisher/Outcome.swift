import ArgumentParser
import Console
import Glibc
import ImageTags
import OCIRegistry

/// How a command ended.
enum Outcome: Sendable {
    case done
    case failed(code: Int32, message: String)

    /// Exit code of a command that was refused by policy, beside those of `sysexits.h`.
    private static let refusedByPolicy: Int32 = 10
    /// Exit code of a command that found another state than the one that was to be.
    static let foundDifference: Int32 = 11

    /// Runs a command's body.
    static func of(_ body: () async throws -> Void) async -> Outcome {
        do {
            try await body()
            return .done
        } catch let error as OCIError {
            return .failed(code: error.kind.exitStatus, message: error.description)
        } catch let error as PolicyRefusal {
            return .failed(
                code: refusedByPolicy,
                message: "\(error.message)\n  next: \(error.advice)")
        } catch let error as Difference {
            return .failed(
                code: foundDifference, message: "\(error.message)\n  next: \(error.advice)")
        } catch is CancellationError {
            return .failed(code: EX_SOFTWARE, message: "cancelled")
        } catch let error as ExitCode {
            return error.isSuccess ? .done : .failed(code: error.rawValue, message: "")
        } catch {
            let code = Publisher.exitCode(for: error)
            let text = Publisher.fullMessage(for: error)
            guard !code.isSuccess else {
                // Help that was asked for.
                Terminal.write("\(text)\n")
                return .done
            }
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

/// What is there is not what was to be there.
struct Difference: Error, Sendable {
    /// What was expected, and what was found.
    var message: String
    /// What to do next.
    var advice: String
}
