import Foundation
import SystemPackage
import UnixSignals

/// The surroundings of a command: environment, output, clock and Ctrl-C.
struct Console: Sendable {
    var environment: [String: String]
    /// True if standard output is a terminal that understands control sequences.
    var isOutputTerminal = false
    /// The same of standard error.
    var isErrorTerminal = false
    /// Writes to standard output.
    var say: @Sendable (String) throws -> Void
    /// Writes to standard error.
    var explain: @Sendable (String) -> Void
    var now: @Sendable () -> Date = { Date() }
    var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// Notices Ctrl-C from its return on. The result returns after Ctrl-C, or when the task is cancelled.
    var interrupt: @Sendable () async -> @Sendable () async -> Void

    /// The process's own.
    static var process: Console {
        let environment = ProcessInfo.processInfo.environment
        let isDumb = environment["TERM"] == "dumb"
        return Console(
            environment: environment,
            isOutputTerminal: Terminal.isOutputShown && !isDumb,
            isErrorTerminal: Terminal.isErrorShown && !isDumb,
            say: { text in
                do { try FileDescriptor.standardOutput.writeAll(text.utf8) } catch Errno.brokenPipe {
                    throw ClientFailure.outputClosed
                } catch {
                    throw ClientFailure.unsuccessful("standard output cannot be written: \(error)")
                }
            },
            explain: { Terminal.explain($0) },
            interrupt: {
                let signals = await UnixSignalsSequence(trapping: .sigint)
                return { for await _ in signals { return } }
            }
        )
    }

    /// https://no-color.org
    private var wantsColor: Bool { environment["NO_COLOR", default: ""].isEmpty }

    var isOutputColored: Bool { isOutputTerminal && wantsColor }

    var isErrorColored: Bool { isErrorTerminal && wantsColor }
}
