import Foundation
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import KubernetesClient

/// The elector in simulated time, with one thing going wrong in each test.
@Suite(.timeLimit(.minutes(1)))
struct LeaderElectorTests {
    private let simulation = Simulation(processes: 2, seed: 1, stopProbability: 0)
    private let server = ScriptedLease()

    /// - Parameter stop: how much longer the process was stopped than the others.
    private func elector(_ identity: String, lock: LeaseLock? = nil, stop: Box<Duration> = Box(.zero)) throws -> LeaderElector {
        let environment = LeaderElector.Environment(
            now: { [simulation] in simulation.now + stop.value },
            time: { Date(timeIntervalSince1970: 1_800_000_000) },
            sleep: { [simulation] in try await simulation.sleep($0) },
            random: { 0.5 }
        )
        return try LeaderElector(
            lock: lock ?? server.lock,
            identity: identity,
            timing: LeaderElectionTiming(),
            environment: environment,
            logger: quiet
        )
    }

    private func start(_ elector: LeaderElector, on index: Int, work: @escaping @Sendable () async throws -> Void) -> Task<Void, any Error>
    {
        Task(executorPreference: simulation.executors[index]) { try await elector.takePart(work) }
    }

    /// Work that does nothing until it is cancelled.
    private var idle: @Sendable () async throws -> Void {
        { [simulation] in try await simulation.sleep(.seconds(1_000_000)) }
    }

    private func run(until seconds: Double, observe: () -> Void = {}) {
        simulation.run(for: .seconds(seconds), observe: observe)
    }

    @Test func `the first gets the Lease at once and keeps it by renewals`() throws {
        let elector = try elector("a")
        let task = start(elector, on: 0, work: idle)
        defer { task.cancel() }
        run(until: 1)
        #expect(elector.isLeading)
        run(until: 100)
        #expect(elector.isLeading)
        #expect(server.lease?.spec.holderIdentity == "a")
        #expect(server.lease?.spec.leaseTransitions == 0)
        #expect(server.reads == 1, "renewals need no read")
        #expect((48...50).contains(server.writes), "one each two seconds")
    }

    @Test func `another takes over a dead leader's Lease after the duration that it has observed, not before`() throws {
        let first = try elector("a")
        let second = try elector("b")
        let firstTask = start(first, on: 0, work: idle)
        run(until: 31)
        let lastWrite = simulation.now - simulation.start
        firstTask.cancel()
        let secondTask = start(second, on: 1, work: idle)
        defer { secondTask.cancel() }
        var since: Duration?
        run(until: 100) { if second.isLeading, since == nil { since = simulation.now - simulation.start } }
        let waited = try #require(since) - lastWrite
        #expect(waited >= .seconds(15))
        #expect(waited <= .seconds(15 + 4.4))
        #expect(server.lease?.spec.leaseTransitions == 1)
    }

    @Test func `a released Lease is taken at the next try`() throws {
        let first = try elector("a")
        let second = try elector("b")
        let firstTask = start(first, on: 0, work: idle)
        run(until: 1)
        let secondTask = start(second, on: 1, work: idle)
        defer { secondTask.cancel() }
        run(until: 20)
        #expect(first.isLeading && !second.isLeading)
        firstTask.cancel()
        run(until: 20.001)
        let release = Task(executorPreference: simulation.executors[0]) { await first.release() }
        defer { release.cancel() }
        var since: Duration?
        run(until: 60) { if second.isLeading, since == nil { since = simulation.now - simulation.start } }
        let taken = try #require(since)
        #expect(taken <= .seconds(24.4))
        #expect(!first.isLeading)
    }

    @Test func `a Lease that cannot be renewed is lost at the deadline, and the work is cancelled then`() throws {
        let elector = try elector("a")
        let ended = Box<Duration?>(nil)
        let task = start(elector, on: 0) { [simulation, idle] in
            defer { ended.set(simulation.now - simulation.start) }
            try await idle()
        }
        defer { task.cancel() }
        run(until: 1)
        server.fail(with: KubernetesError(.transport, "down"))
        var lastLead = Duration.zero
        run(until: 60) { if elector.isLeading { lastLead = simulation.now - simulation.start } }
        #expect(lastLead < .seconds(10))
        let cancelled = try #require(ended.value)
        #expect(cancelled <= .seconds(10.001))
    }

    @Test func `a request that never ends does not keep the leader leading`() throws {
        let elector = try elector("a")
        let ended = Box(false)
        let task = start(elector, on: 0) { [idle] in
            defer { ended.set(true) }
            try await idle()
        }
        defer { task.cancel() }
        run(until: 1)
        server.before { [simulation] in try await simulation.sleep(.seconds(1_000_000)) }
        run(until: 9.9)
        #expect(elector.isLeading && !ended.value)
        run(until: 10.1)
        #expect(!elector.isLeading && ended.value)
    }

    @Test func `failures that end before the deadline cost nothing`() throws {
        let elector = try elector("a")
        let starts = Box(0)
        let task = start(elector, on: 0) { [idle] in
            starts.change { $0 += 1 }
            try await idle()
        }
        defer { task.cancel() }
        for round in 0..<10 {
            run(until: Double(round) * 12 + 4)
            server.fail(with: KubernetesError(.status, "busy", code: 503))
            run(until: Double(round) * 12 + 9)
            #expect(elector.isLeading)
            server.fail(with: nil)
        }
        #expect(starts.value == 1)
    }

    @Test func `the Lease is acquired again only after the work has ended`() throws {
        let elector = try elector("a")
        let log = Box<[String]>([])
        let task = start(elector, on: 0) { [simulation, idle] in
            log.change { $0.append("start") }
            do { try await idle() } catch {
                await simulation.sleepThrough(.seconds(30))
                log.change { $0.append("end") }
                throw error
            }
        }
        defer { task.cancel() }
        run(until: 1)
        server.fail(with: KubernetesError(.transport, "down"))
        run(until: 12)
        server.fail(with: nil)
        run(until: 39)
        #expect(log.value == ["start"])
        #expect(!elector.isLeading)
        run(until: 60)
        #expect(log.value == ["start", "end", "start"])
        #expect(elector.isLeading)
    }

    @Test func `a conflict means that the race is lost`() throws {
        let elector = try elector("b")
        server.set(holder: "")
        server.fail(with: KubernetesError(.status, "conflict", code: 409))
        let task = start(elector, on: 1, work: idle)
        defer { task.cancel() }
        run(until: 1)
        #expect(!elector.isLeading)
        server.fail(with: nil)
        server.set(holder: "a")
        run(until: 14)
        #expect(!elector.isLeading, "the winner's Lease counts from when it was seen")
    }

    @Test func `a leader whose Lease another has taken stops at its next renewal`() throws {
        let elector = try elector("a")
        let task = start(elector, on: 0, work: idle)
        defer { task.cancel() }
        run(until: 1)
        server.set(holder: "usurper")
        run(until: 5)
        #expect(!elector.isLeading)
    }

    @Test func `a process that was stopped for a minute does not believe that it leads`() throws {
        let elector = try elector("a")
        let task = start(elector, on: 0, work: idle)
        defer { task.cancel() }
        run(until: 1)
        #expect(elector.isLeading)
        #expect(!elector.isLeading(at: simulation.now + .seconds(60)), "before any of its timers has fired")
    }

    @Test func `a process that was stopped while it got the Lease does not lead until it has renewed it`() throws {
        let stop = Box(Duration.zero)
        let (inner, created) = (server.lock, Box(false))
        let lock = LeaseLock(
            read: inner.read,
            create: { spec in
                let lease = try await inner.create(spec)
                stop.set(.seconds(60))
                created.set(true)
                return lease
            },
            replace: inner.replace
        )
        let elector = try elector("a", lock: lock, stop: stop)
        let task = start(elector, on: 0, work: idle)
        defer { task.cancel() }
        run(until: 1)
        #expect(created.value && !elector.isLeading)
        run(until: 6)
        #expect(elector.isLeading)
    }

    @Test func `an error of the work ends the run`() throws {
        struct Broken: Error {}
        let elector = try elector("a")
        let failed = Box(false)
        let task = Task(executorPreference: simulation.executors[0]) {
            do { try await elector.takePart { throw Broken() } } catch is Broken { failed.set(true) }
        }
        defer { task.cancel() }
        run(until: 1)
        #expect(failed.value)
        #expect(!elector.isLeading)
    }
}

/// ``LeaderElector/run(whileLeading:)`` on the real clock: what it does at its end.
@Suite(.timeLimit(.minutes(1)))
struct LeaderElectorShutdownTests {
    private let server = ScriptedLease()

    @Test func `gives the Lease up after the work has returned`() async throws {
        let elector = try LeaderElector(lock: server.lock, identity: "a", logger: quiet)
        try await elector.run { #expect(server.lease?.spec.holderIdentity == "a") }
        #expect(server.lease?.spec.holderIdentity == "")
        #expect(!elector.isLeading)
    }

    @Test func `a graceful shutdown cancels the work, waits for it, and then gives the Lease up`() async throws {
        let elector = try LeaderElector(lock: server.lock, identity: "a", logger: quiet)
        let holderAtEnd = Box<String?>(nil)
        try await testGracefulShutdown { trigger in
            try await elector.run {
                trigger.triggerGracefulShutdown()
                do { try await Task.sleep(for: .seconds(3600)) } catch {
                    holderAtEnd.set(server.lease?.spec.holderIdentity)
                    throw error
                }
            }
        }
        #expect(holderAtEnd.value == "a")
        #expect(server.lease?.spec.holderIdentity == "")
    }

    @Test func `a renewal that was under way does not keep the Lease from being given up`() async throws {
        let elector = try LeaderElector(lock: server.lock, identity: "a", logger: quiet)
        try await elector.run { server.conflictOnce() }
        #expect(server.lease?.spec.holderIdentity == "")
    }

    @Test func `cancellation ends it without a request`() async throws {
        let elector = try LeaderElector(lock: server.lock, identity: "a", logger: quiet)
        let (started, continuation) = AsyncStream<Void>.makeStream()
        let task = Task {
            try await elector.run {
                continuation.yield()
                try await Task.sleep(for: .seconds(3600))
            }
        }
        for await _ in started { break }
        let writes = server.writes
        task.cancel()
        try await task.value
        #expect(server.writes == writes)
        #expect(server.lease?.spec.holderIdentity == "a", "it runs out by itself")
        #expect(!elector.isLeading)
    }

    @Test func `a Lease of another is not given up`() async throws {
        struct Broken: Error {}
        let elector = try LeaderElector(lock: server.lock, identity: "a", logger: quiet)
        await #expect(throws: Broken.self) {
            try await elector.run {
                server.set(holder: "b")
                throw Broken()
            }
        }
        #expect(server.lease?.spec.holderIdentity == "b")
    }
}
