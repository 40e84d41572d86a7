import Dispatch
import Foundation
import Synchronization
import Testing

@testable import KubernetesClient

/// Two candidates for an hour of simulated time, with everything going wrong that can.
///
/// One after another on a thread apart: a run computes for seconds, and on a thread of the pool the tests beside it would time out.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LeaderElectionSimulationTests {
    /// What was seen of a run.
    private struct Record: Sendable {
        var steps = 0
        var stepsWithLeader = 0
        var handovers = 0
        var lastLeader: Int?
        var violation: String?
    }

    @Test(arguments: UInt64(1)...60)
    func `two candidates never both lead`(seed: UInt64) async {
        let record = await run(seed: seed, stopProbability: 0.0005, failureProbability: 0.05, checksVersions: true)
        #expect(record.violation == nil)
        #expect(record.stepsWithLeader > record.steps / 4, "somebody leads most of the time")
    }

    @Test(arguments: UInt64(1)...30)
    func `two candidates never both lead when they are stopped all the time`(seed: UInt64) async {
        let record = await run(seed: seed, stopProbability: 0.02, failureProbability: 0.3, checksVersions: true)
        #expect(record.violation == nil)
    }

    @Test func `leadership goes from one to the other and back`() async {
        let record = await run(seed: 7, stopProbability: 0.0005, failureProbability: 0.05, checksVersions: true)
        #expect(record.handovers >= 4)
    }

    @Test func `a run follows from its seed`() async {
        let first = await run(seed: 3, stopProbability: 0.001, failureProbability: 0.1, checksVersions: true)
        let second = await run(seed: 3, stopProbability: 0.001, failureProbability: 0.1, checksVersions: true)
        #expect(first.steps == second.steps)
        #expect(first.stepsWithLeader == second.stepsWithLeader)
        #expect(first.handovers == second.handovers)
    }

    @Test func `a server that takes any version lets both lead, and that is seen`() async {
        var violations = 0
        for seed in UInt64(1)...20 {
            let record = await run(seed: seed, stopProbability: 0.001, failureProbability: 0.1, checksVersions: false)
            if record.violation != nil { violations += 1 }
        }
        #expect(violations > 0)
    }

    private let thread = DispatchQueue(label: "leader election simulation")

    private func run(seed: UInt64, stopProbability: Double, failureProbability: Double, checksVersions: Bool) async -> Record {
        await withCheckedContinuation { continuation in
            thread.async {
                continuation.resume(
                    returning: simulate(
                        seed: seed,
                        stopProbability: stopProbability,
                        failureProbability: failureProbability,
                        checksVersions: checksVersions
                    )
                )
            }
        }
    }

    private func simulate(seed: UInt64, stopProbability: Double, failureProbability: Double, checksVersions: Bool) -> Record {
        let simulation = Simulation(processes: 2, seed: seed, stopProbability: stopProbability)
        let lease = SimulatedLease(simulation, failureProbability: failureProbability, checksVersions: checksVersions)
        let processes = (0..<2).map { CandidateProcess(index: $0, simulation, lease.lock) }
        let tasks = processes.map { process in
            Task(executorPreference: simulation.executors[process.index]) { await process.run() }
        }
        defer { for task in tasks { task.cancel() } }
        var record = Record()
        simulation.run(for: .seconds(3600)) {
            let leaders = processes.filter(\.isLeading).map(\.index)
            record.steps += 1
            if let leader = leaders.first {
                record.stepsWithLeader += 1
                if let last = record.lastLeader, last != leader { record.handovers += 1 }
                record.lastLeader = leader
            }
            if leaders.count > 1, record.violation == nil { record.violation = "both lead after \(simulation.now - simulation.start)" }
            if processes.contains(where: \.ranTwice) { record.violation = "work began before its predecessor had ended" }
        }
        return record
    }
}

/// A process that takes part in the election, ends after a while, now and then without a word, and starts again.
private final class CandidateProcess: Sendable {
    let index: Int
    private let simulation: Simulation
    private let lock: LeaseLock
    private let elector = Mutex<LeaderElector?>(nil)
    private let running = Box(0)
    private let overlapped = Box(false)

    init(index: Int, _ simulation: Simulation, _ lock: LeaseLock) {
        self.index = index
        self.simulation = simulation
        self.lock = lock
    }

    var isLeading: Bool { elector.withLock { $0 }?.isLeading ?? false }
    var ranTwice: Bool { overlapped.value }

    func run() async {
        for generation in 0... where !Task.isCancelled {
            do {
                let elector = try LeaderElector(
                    lock: lock,
                    identity: "process-\(index)-\(generation)",
                    timing: LeaderElectionTiming(),
                    environment: environment(),
                    logger: quiet
                )
                self.elector.withLock { $0 = elector }
                await live(elector)
                try await simulation.sleep(.seconds(20 * simulation.random()))
            } catch { return }
        }
    }

    private func live(_ elector: LeaderElector) async {
        let life = Duration.seconds(30 + 1200 * simulation.random())
        do {
            try await withTimeout(life, sleep: simulation.sleep) { try await elector.takePart { try await self.work() } }
        } catch { /* its time is over */  }
        if simulation.random() < 0.5 { await elector.release() }
    }

    /// Works until it is cancelled, and takes a while to end.
    private func work() async throws {
        running.change { $0 += 1 }
        if running.value > 1 { overlapped.set(true) }
        defer { running.change { $0 -= 1 } }
        do { while true { try await simulation.sleep(.seconds(3)) } } catch {
            await simulation.sleepThrough(.seconds(20 * simulation.random() * simulation.random()))
            throw error
        }
    }

    /// Wall clocks that are days apart, of which one stands still for ever.
    private func environment() -> LeaderElector.Environment {
        let epoch = Date(timeIntervalSince1970: 1_800_000_000)
        return LeaderElector.Environment(
            now: { [simulation] in simulation.now },
            time: { [simulation, index] in
                index == 0 ? epoch : epoch.addingTimeInterval(-200_000 + (simulation.now - simulation.start) / .seconds(1))
            },
            // A timer never fires early, and now and then late.
            sleep: { [simulation] in try await simulation.sleep($0 + (simulation.random() < 0.02 ? simulation.delay() : .zero)) },
            random: { [simulation] in simulation.random() }
        )
    }
}
