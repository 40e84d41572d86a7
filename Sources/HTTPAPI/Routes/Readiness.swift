import CoreMetrics
import Logging
import Stacks
import Synchronization

/// The shared state of the dependencies: each is checked at most once a second, for any number of requests.
final class Readiness: Sendable {
    typealias States = [String: ReadinessBody.State]

    private struct Look {
        var task: Task<States, Never>
        var begun: ContinuousClock.Instant
        var hasEnded = false
    }

    private struct State {
        var look: Look?
        /// The last logged outage of each dependency.
        var outages: [String: String] = [:]
    }

    /// The time for which a result is valid, from the start of the check.
    private static let interval = Duration.seconds(1)

    private let dependencies: [Dependency]
    private let timeout: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())

    /// - Parameter timeout: the time limit of a check.
    init(
        dependencies: [Dependency],
        timeout: Duration,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.dependencies = dependencies
        self.timeout = timeout
        self.now = now
        self.sleep = sleep
    }

    /// Returns the valid result, or waits for the check in progress. The check belongs to no request, so a request that goes away does not
    /// cancel it.
    func states(logger: Logger) async -> States {
        let task = state.withLock { state in
            let now = now()
            if let look = state.look, !look.hasEnded || now - look.begun < Self.interval { return look.task }
            let task = Task { await look(logger) }
            state.look = Look(task: task, begun: now)
            return task
        }
        return await task.value
    }

    private func look(_ logger: Logger) async -> States {
        let found = await withTaskGroup(of: (String, Result<String?, any Error>).self) { group in
            for dependency in dependencies {
                group.addTask { (dependency.name, await self.answer(of: dependency)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        state.withLock { $0.look?.hasEnded = true }
        for (name, result) in found.sorted(by: { $0.key < $1.key }) {
            log(name, result, logger)
            Meter(label: "provisioner_dependency_ready", dimensions: [("dependency", name)]).set(result.isSuccess ? 1 : 0)
        }
        return found.mapValues(ReadinessBody.State.init)
    }

    /// Runs the check of a dependency with the timeout.
    private func answer(of dependency: Dependency) async -> Result<String?, any Error> {
        await withTaskGroup(of: Result<String?, any Error>.self) { group in
            group.addTask {
                do { return .success(try await dependency.check()) } catch { return .failure(error) }
            }
            group.addTask { [timeout, sleep] in
                do { try await sleep(timeout) } catch { return .failure(error) }
                return .failure(NoAnswer(seconds: timeout.components.seconds))
            }
            defer { group.cancelAll() }
            for await result in group { return result }
            return .failure(NoAnswer(seconds: timeout.components.seconds))
        }
    }

    /// Logs an outage once, and again if its reason changes.
    private func log(_ name: String, _ result: Result<String?, any Error>, _ logger: Logger) {
        let reason: String? =
            switch result {
            case .success: nil
            case .failure(let error): "\((error as? StackError)?.message ?? "\(error)")"
            }
        let before = state.withLock { state in
            defer { state.outages[name] = reason }
            return state.outages[name]
        }
        guard reason != before else { return }
        if let reason {
            logger.error("dependency unavailable", metadata: ["dependency": "\(name)", "error": "\(reason)"])
        } else {
            logger.notice("dependency available again", metadata: ["dependency": "\(name)"])
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}

/// The timeout of a check.
private struct NoAnswer: Error, CustomStringConvertible {
    var seconds: Int64
    var description: String { "no answer within \(seconds) seconds" }
}

extension ReadinessBody.State {
    /// Callers get no details, since an error may name addresses and files; those are for the log.
    fileprivate init(_ result: Result<String?, any Error>) {
        switch result {
        case .success(let note): self.init(status: "ok", message: note)
        case .failure(let error as StackError): self.init(status: "unavailable", message: error.message)
        case .failure(let error as NoAnswer): self.init(status: "unavailable", message: error.description)
        case .failure: self.init(status: "unavailable", message: "it cannot be reached or does not work; the log says why")
        }
    }
}
