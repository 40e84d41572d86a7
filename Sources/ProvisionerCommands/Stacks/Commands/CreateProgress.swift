import ArgumentParser
import Foundation
import Synchronization

/// How far a create has come, for what has to be said when its command ends before it.
final class CreateProgress: Sendable {
    enum Step: Equatable {
        case nothing
        /// The request may have reached the server.
        case requested(user: Int64?, problem: Int64?)
        case made(id: String, status: String, expiresAt: String?)
    }

    private let step = Mutex(Step.nothing)

    func set(_ next: Step) { step.withLock { $0 = next } }

    func update(_ status: StatusAnswer) {
        step.withLock { step in
            guard case .made(let id, _, _) = step else { return }
            step = .made(id: id, status: status.status, expiresAt: status.ttl)
        }
    }

    /// Forgets a request that no provisioner has received.
    func withdraw() { step.withLock { if case .requested = $0 { $0 = .nothing } } }

    /// Says what goes on by itself. A refused create does not.
    func explain(after code: ExitCode, _ console: Console) {
        guard code != ExitCode(1) else { return }
        console.explain(Self.text(step.withLock(\.self), now: console.now()))
    }

    static func text(_ step: Step, now: Date) -> String {
        switch step {
        case .nothing: return ""
        case .requested(let user, let problem):
            let filters = (user.map { " --user \($0)" } ?? "") + (problem.map { " --problem \($0)" } ?? "")
            return """
                The server may have begun the create, which then goes on by itself. To see its stack:
                  provisioner stacks list\(filters)

                """
        case .made(let id, let status, let expiresAt):
            let id = Shown.line(id)
            let doing = status == "creating" ? "It is still being made, and is" : "It is \(Shown.line(status)) and not ready yet, and is"
            let end = expiresAt.map { " kept until \(Shown.line($0)) (in \(Age.text(until: $0, now: now)))" } ?? " kept until it expires"
            return """
                \(id) goes on by itself. \(doing)\(end).
                  provisioner stacks status \(id) --wait    waits for it again
                  provisioner stacks delete \(id)           deletes it

                """
        }
    }
}
