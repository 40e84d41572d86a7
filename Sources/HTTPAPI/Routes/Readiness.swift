import Logging
import Stacks
import Synchronization

/// The state of the dependencies, one for all who ask: they are asked at most once a second, whoever asks and however often.
final class Readiness: Sendable {
    typealias States = [String: ReadinessBody.State]

    private struct Look {
        var task: Task<States, Never>
        var begun: ContinuousClock.Instant
        var hasEnded = false
    }

    private struct State {
        var look: Look?
        /// Why a dependency was unavailable when that was last logged.
        var outages: [String: String] = [:]
    }

    /// How long an answer stands for all who ask, from its beginning.
    private static let interval = Duration.seconds(1)

    private let dependencies: [Dependency]
    private let timeout: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())

    /// - Parameter timeout: how long a dependency has to answer.
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

    /// What is known, or what the look under way finds. That look is nobody's: an asker that goes away ends it for nobody.
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
        let found = await withTaskGroup(of: (String, Result<Void, any Error>).self) { group in
            for dependency in dependencies {
                group.addTask { (dependency.name, await self.answer(of: dependency)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        state.withLock { $0.look?.hasEnded = true }
        for (name, result) in found.sorted(by: { $0.key < $1.key }) { log(name, result, logger) }
        return found.mapValues(ReadinessBody.State.init)
    }

    /// What the dependency says, or that it says nothing in time.
    private func answer(of dependency: Dependency) async -> Result<Void, any Error> {
        await withTaskGroup(of: Result<Void, any Error>.self) { group in
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

    /// Once an outage, and again when its reason changes.
    private func log(_ name: String, _ result: Result<Void, any Error>, _ logger: Logger) {
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

/// A dependency says nothing in time.
private struct NoAnswer: Error, CustomStringConvertible {
    var seconds: Int64
    var description: String { "no answer within \(seconds) seconds" }
}

extension ReadinessBody.State {
    /// Anybody may ask: what an error says of addresses and files is for the log.
    fileprivate init(_ result: Result<Void, any Error>) {
        switch result {
        case .success: self.init(status: "ok")
        case .failure(let error as StackError): self.init(status: "unavailable", message: error.message)
        case .failure(let error as NoAnswer): self.init(status: "unavailable", message: error.description)
        case .failure: self.init(status: "unavailable", message: "it cannot be reached or does not work; the log says why")
        }
    }
}
