import Foundation
import Glibc

/// A program that runs beside the test. It is told to end when the last reference goes.
public final class ChildProcess: Sendable {
    /// The process identifier.
    public let pid: Int32
    private let output: CaptureFile
    private let errors: CaptureFile
    private let watch: ChildWatch
    private let name: String

    /// Starts a program.
    public init(_ call: ProgramCall) throws {
        output = try CaptureFile()
        errors = try CaptureFile()
        pid = try call.spawn(stdout: output, stderr: errors)
        name = call.program
        let watch = ChildWatch(pid: pid)
        self.watch = watch
        Thread.detachNewThread { watch.run() }
    }

    deinit { watch.abandon() }

    /// Runs a program to its end; kills it and throws when that takes longer than `timeout`.
    public static func run(_ call: ProgramCall, timeout: Double = 120) async throws -> ChildResult {
        try await ChildProcess(call).wait(timeout: timeout)
    }

    /// As `run`, but blocks the calling thread: for helpers that take milliseconds.
    public static func runBlocking(
        _ call: ProgramCall, timeout: Double = 120
    ) throws -> ChildResult {
        let child = try ChildProcess(call)
        let deadline = ContinuousClock.now + .seconds(timeout)
        while child.isRunning, ContinuousClock.now < deadline { usleep(1000) }
        return try child.finished(timeout)
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) { watch.signal(number) }

    /// Whether the process has not ended yet.
    public var isRunning: Bool { watch.exit == nil }

    /// What it has written to standard output so far.
    public var stdout: String { String(decoding: output.content, as: UTF8.self) }

    /// What it has written to standard error so far.
    public var stderr: String { String(decoding: errors.content, as: UTF8.self) }

    /// Waits for the end; kills the process and throws when that takes longer than `timeout`.
    public func wait(timeout: Double = 120) async throws -> ChildResult {
        let deadline = ContinuousClock.now + .seconds(timeout)
        while isRunning, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        return try finished(timeout)
    }

    /// Asks it to end with SIGTERM and waits; kills it when it has not ended after `timeout`.
    public func stop(timeout: Double = 10) {
        signal(SIGTERM)
        let deadline = ContinuousClock.now + .seconds(timeout)
        while isRunning, ContinuousClock.now < deadline { usleep(1000) }
        signal(SIGKILL)
    }

    private func finished(_ timeout: Double) throws -> ChildResult {
        guard let exit = watch.exit else {
            signal(SIGKILL)
            throw SupportError("\(name) did not end within \(timeout) s: \(stdout)\n\(stderr)")
        }
        return ChildResult(
            status: exit.status, signal: exit.signal, output: output.content,
            errors: errors.content, cpuSeconds: exit.cpuSeconds,
            seconds: exit.seconds)
    }
}

/// How a program ended, and what it used.
public struct ChildResult: Sendable {
    /// The exit status, or 128 and the signal's number, as a shell would say.
    public let status: Int32
    /// The signal that ended it, if one did.
    public let signal: Int32?
    /// What it wrote to standard output.
    public let output: [UInt8]
    /// What it wrote to standard error.
    public let errors: [UInt8]
    /// Its user and system time, with that of its own children.
    public let cpuSeconds: Double
    /// The time from start to end.
    public let seconds: Double

    /// Standard output as text.
    public var stdout: String { String(decoding: output, as: UTF8.self) }
    /// Standard error as text.
    public var stderr: String { String(decoding: errors, as: UTF8.self) }

    /// This result, or an error with both outputs if the status is not 0.
    @discardableResult
    public func checked() throws -> ChildResult {
        guard status == 0 else { throw SupportError("exit status \(status): \(stdout)\n\(stderr)") }
        return self
    }
}
