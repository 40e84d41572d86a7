import FoundationEssentials
package import Logging
import Synchronization

extension StackService {
    /// Returns the events of a stack's Pod and Service, oldest first, as the API server has them now.
    /// - Throws: ``StackError``: `stack_not_found`; `too_many_reads`.
    package func events(of id: StackID, logger: Logger) async throws -> [StackEvent] {
        try await translatingErrors(logger) {
            let record = try await visibleStack(id).record
            let events = try await inspect { try await $0.events(of: record) }
            return events.sorted { ($0.time ?? .distantPast) < ($1.time ?? .distantPast) }
        }
    }

    /// Returns the last lines of a container's log, at most 1 MiB, as the API server has them now.
    /// - Parameter container: nil for the first container of the spec.
    /// - Throws: ``StackError``: `stack_not_found`; `invalid_request` for an unknown container; `logs_not_ready`; `too_many_reads`.
    package func log(of id: StackID, container: String?, lines: Int, logger: Logger) async throws -> String {
        try await translatingErrors(logger) {
            _ = try await visibleStack(id)
            guard let pod = cluster.pod(of: id), let first = pod.containerNames.first else {
                throw StackError.noLog(of: id, because: "its Pod does not exist yet, or no longer")
            }
            let name = container ?? first
            guard pod.containerNames.contains(name) else {
                let names = pod.containerNames.joined(separator: ", ")
                throw StackError(.invalidRequest, "container: is \"\(name.prefix(63))\"; the containers of stack \(id) are: \(names)")
            }
            // The API server answers with an empty log in this case.
            guard pod.nodeName != nil else { throw StackError.noLog(of: id, because: "its Pod has no node yet") }
            do {
                return LogText.escaped(try await inspect { try await $0.log(of: id, container: name, lines: lines) })
            } catch let error as ClusterError where error.code == .noLogYet {
                throw StackError.noLog(of: id, because: error.message)
            }
        }
    }

    /// Asks the API server, within a time limit and a limit on the number of such requests at once.
    private func inspect<Result: Sendable>(_ ask: @escaping @Sendable (any Cluster) async throws -> Result) async throws -> Result {
        guard inspections.enter() else {
            throw StackError(
                .tooManyReads,
                "\(inspections.limit) requests for events and logs are being carried out; try again",
                retryAfterSeconds: 1
            )
        }
        defer { inspections.leave() }
        let cluster = cluster
        guard let result = try await within(settings.inspectionTimeout, { try await ask(cluster) }) else {
            throw ClusterError(.unavailable, "no answer within \(settings.inspectionTimeout.components.seconds) s")
        }
        return result
    }
}

/// A limit on the number of requests at once; more are turned away instead of waiting.
final class Turnstile: Sendable {
    let limit: Int
    private let inside = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// - Returns: false if the limit is reached.
    func enter() -> Bool {
        inside.withLock { inside in
            guard inside < limit else { return false }
            inside += 1
            return true
        }
    }

    /// To be called once for each `enter()` that returned true.
    func leave() { inside.withLock { $0 -= 1 } }
}

extension StackError {
    fileprivate static func noLog(of id: StackID, because reason: String) -> StackError {
        StackError(.logsNotReady, "stack \(id) has no log now: \(reason)", retryAfterSeconds: 2)
    }
}
