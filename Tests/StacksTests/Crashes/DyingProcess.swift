import TestBasics
import TestSupport

@testable import Stacks

/// A process that stops at a failpoint: for ever, as if it had been killed there, or until it is told to go on.
struct DyingProcess: Sendable {
    enum Phase: Sendable { case alive, stopped, resumed }

    let phase = Observed(Phase.alive)
    let point: Failpoint

    init(at point: Failpoint) { self.point = point }

    var failpoint: @Sendable (Failpoint) async -> Void {
        { reached in
            let isHere = phase.update { phase in
                guard reached == point, phase == .alive else { return false }
                phase = .stopped
                return true
            }
            guard isHere else { return }
            // Cancellation ends the wait too; whatever the process tries then fails.
            do { try await phase.wait { $0 == .resumed } } catch {}
        }
    }

    /// Returns once the process has stopped.
    func waitUntilStopped() async throws { try await phase.wait { $0 == .stopped } }

    func resume() { phase.update { $0 = .resumed } }
}

/// What a process is doing when it stops.
struct Scenario: Sendable {
    enum Work: String, Sendable { case create, delete, undo, failure, renew, bulkDelete }

    var work: Work
    var point: Failpoint

    static let all: [Scenario] = Failpoint.all.flatMap { point -> [Scenario] in
        switch point.effect {
        case .reserve, .createPod, .createService, .changePort, .activate: [Scenario(work: .create, point: point)]
        case .renew: [Scenario(work: .renew, point: point)]
        case .beginDelete:
            [Scenario(work: .delete, point: point), Scenario(work: .undo, point: point), Scenario(work: .bulkDelete, point: point)]
        case .deleteService, .deletePod, .remove:
            [Scenario(work: .delete, point: point), Scenario(work: .undo, point: point)]
        case .fail: [Scenario(work: .failure, point: point)]
        }
    }

    /// A whole stack stands when the process stops: the create has succeeded in all but its answer, or the delete has not begun.
    var leavesStack: Bool { isCreated || ([.delete, .bulkDelete].contains(work) && point == Failpoint(.before, .beginDelete)) }
    /// The stack stays, whatever the process does when it goes on.
    var isCreated: Bool { work == .create && point == Failpoint(.after, .activate) || work == .renew }

    /// Does the work until the process stops; its answer, should it come, tells nothing.
    func run(on bench: StackBench) async throws {
        switch work {
        case .create:
            if point.effect == .changePort { bench.cluster.state.update { $0.foreignPorts = [30000, 30001] } }
        case .delete, .renew, .bulkDelete:
            break
        case .undo:
            bench.cluster.state.update { $0.scheduling = .never }
        case .failure:
            bench.cluster.state.update { $0.scheduling = .never }
            let outcome = try await bench.service.create(.sample(), CreatePreference(isAsync: true), logger: silentLogger)
            return await bench.service.locks.withLock(outcome.stack.record.id) {}
        }
        let stack = try await bench.create()
        switch work {
        case .delete: try await bench.delete(stack.record.id)
        case .renew: _ = try await bench.renew(stack.record.id, for: .seconds(9000))
        case .bulkDelete:
            _ = try await bench.service.deleteAll(of: OwnerFilter(userID: 1), logger: silentLogger)
            // What is marked is left to the reconciler.
            await bench.reconciler.pass()
        case .create, .undo, .failure: break
        }
    }

    /// The time after which the next process may take back what is left; a failed create is shown for two minutes.
    func patience(_ settings: StackSettings) -> Duration { work == .failure ? .seconds(121) : settings.portLockTTL }

    /// The cluster as it was before the work disturbed it.
    func calm(_ cluster: FakeCluster) {
        cluster.state.update { state in
            state.foreignPorts = []
            state.scheduling = .atOnce
        }
    }
}

extension Scenario: CustomStringConvertible {
    var description: String { "\(work.rawValue), \(point)" }
}
