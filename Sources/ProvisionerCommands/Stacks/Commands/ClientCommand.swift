import ArgumentParser
import Foundation
import Stacks

/// A command that talks to a server.
protocol ClientCommand: AsyncParsableCommand, Sendable {
    /// The result of reading files and checking options, before anything is sent.
    associatedtype Input: Sendable = Void

    var server: ServerOptions { get }
    /// True if the command goes on until it is ended: the time limit does not apply.
    var isEndless: Bool { get }
    /// True if the command has to say something after Ctrl-C.
    static var notesInterrupt: Bool { get }

    /// - Throws: ``ClientFailure`` `usage`.
    func input(_ console: Console) throws -> Input
    func run(_ session: Session, _ input: Input) async throws
}

extension ClientCommand {
    var isEndless: Bool { false }
    static var notesInterrupt: Bool { false }

    func run() async throws {
        let code = await perform(on: .process)
        guard code == .success else { throw code }
    }

    /// Runs the command to its end and writes the reason for a failure to standard error.
    func perform(on console: Console) async -> ExitCode {
        let (settings, input): (ServerSettings, Input)
        do {
            settings = try ServerSettings(environment: console.environment, cacert: server.cacert)
            input = try self.input(console)
        } catch {
            return Self.report(error, console)
        }
        let notes = Notes(console)
        let client = ServerClient(
            settings,
            // The server sends a comment every 15 seconds.
            silence: isEndless ? .seconds(45) : nil,
            note: { notes.add($0) },
            sleep: console.sleep
        )
        let session = Session(client: client, console: console, notes: notes)
        let limit = isEndless ? nil : server.timeout
        let failure = await Self.failure(within: limit, console) { try await run(session, input) }
        notes.finish()
        await client.shutdown()
        guard let failure else { return .success }
        // No provisioner has received the request.
        if case .unreachable(_, mayPass: false)? = failure as? ClientFailure { session.create.withdraw() }
        let code = Self.report(failure, console)
        session.create.explain(after: code, console)
        return code
    }

    /// Runs `body` until it ends, the time is over or Ctrl-C is pressed.
    /// - Parameter limit: nil for none.
    private static func failure(
        within limit: Duration?,
        _ console: Console,
        _ body: @escaping @Sendable () async throws -> Void
    ) async -> (any Error)? {
        // Before anything is shown: a signal that comes while it is being trapped is lost.
        let interruption = notesInterrupt ? await console.interrupt() : nil
        return await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do { try await body() } catch { return error }
                return nil
            }
            if let limit {
                group.addTask {
                    do { try await console.sleep(limit) } catch { return error }
                    return ClientFailure.timedOut("not done within \(limit.goNotation); --timeout sets the limit")
                }
            }
            if let interruption {
                group.addTask {
                    await interruption()
                    return ClientFailure.interrupted
                }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private static func report(_ error: any Error, _ console: Console) -> ExitCode {
        let failure = error as? ClientFailure ?? .unsuccessful("\(error)")
        for (number, line) in failure.lines.enumerated() {
            let isError = number == 0 || failure.isList
            let prefix = console.isErrorColored ? Color.red.painted("error:") : "error:"
            console.explain(isError ? "\(prefix) \(line)\n" : line + "\n")
        }
        return failure.exitCode
    }
}

extension ClientCommand where Input == Void {
    func input(_ console: Console) throws {}
}

extension ClientFailure {
    /// True if each line is an error.
    fileprivate var isList: Bool {
        if case .usage = self { true } else { false }
    }
}
