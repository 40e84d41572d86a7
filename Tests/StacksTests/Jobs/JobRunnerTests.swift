import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct JobRunnerTests {
    /// Jobs that wait for a gate, and how many of them run.
    private struct Jobs: Sendable {
        var isOpen = false
        var running = 0
        var most = 0
        var order: [Int] = []
        var refusals: [StackError.Code] = []
    }

    private let jobs = Observed(Jobs())

    private func job(_ number: Int) -> @Sendable () async throws -> Int {
        { [jobs] in
            jobs.update { jobs in
                jobs.running += 1
                jobs.most = max(jobs.most, jobs.running)
                jobs.order.append(number)
            }
            defer { jobs.update { $0.running -= 1 } }
            try await jobs.wait(until: \.isOpen)
            return number
        }
    }

    private func perform(_ number: Int, user: Int64 = 1, on runner: JobRunner) async throws -> Int? {
        do {
            let claimant = Claimant.user(user)
            return try await runner.perform(for: claimant) { try await runner.slots.withSlot(for: claimant, job(number)) }
        } catch let error as StackError {
            jobs.update { $0.refusals.append(error.code) }
            return nil
        }
    }

    @Test func `never more jobs work than there are slots, and all are carried out`() async throws {
        let runner = JobRunner(limit: 6, queueCapacity: 800)
        try await withRunning(runner) { group in
            for number in 0..<50 { group.addTask { try await perform(number, user: Int64(number % 5), on: runner) } }
            try await jobs.wait { $0.running == 6 }
            jobs.update { $0.isOpen = true }
            var results: Set<Int?> = []
            for try await number in group { results.insert(number) }
            #expect(results == Set(0..<50))
            #expect(jobs.value.most == 6)
        }
    }

    @Test func `what comes when too much is under way is refused at once`() async throws {
        let runner = JobRunner(limit: 1, queueCapacity: 2)
        try await withRunning(runner) { group in
            for number in 0..<10 { group.addTask { try await perform(number, on: runner) } }
            try await jobs.wait { $0.refusals.count == 7 }
            #expect(Set(jobs.value.refusals) == [.tooManyCreates])
            jobs.update { $0.isOpen = true }
            var done = 0
            for try await number in group where number != nil { done += 1 }
            #expect(done == 3)
        }
    }

    @Test func `one user fills a quarter of the queue, and the others find room`() async throws {
        let runner = JobRunner(limit: 8, queueCapacity: 72)
        try await withRunning(runner) { group in
            for number in 0..<100 { group.addTask { try await perform(number, user: 1, on: runner) } }
            try await jobs.wait { $0.refusals.count == 80 }
            #expect(try await refusal(of: 1, on: runner) == .tooManyCreates)
            group.addTask { try await perform(1000, user: 2, on: runner) }
            try await jobs.wait { $0.order.contains(1000) }
            jobs.update { $0.isOpen = true }
            try await group.waitForAll()
            #expect(jobs.value.order.count == 21)
        }
    }

    private func refusal(of user: Int64, on runner: JobRunner) async throws -> StackError.Code? {
        do {
            _ = try await runner.perform(for: .user(user)) { 0 }
            return nil
        } catch let error as StackError {
            return error.code
        }
    }

    @Test func `one user has half of the slots at most, however long its work takes`() async throws {
        let runner = JobRunner(limit: 4, queueCapacity: 396)
        try await withRunning(runner) { group in
            for number in 0..<20 { group.addTask { try await perform(number, user: 1, on: runner) } }
            await waitUntil { runner.slots.waitingCount == 18 }
            #expect(jobs.value.running == 2)
            group.addTask { try await perform(1000, user: 2, on: runner) }
            try await jobs.wait { $0.order.contains(1000) }
            #expect(jobs.value.running == 3)
            jobs.update { $0.isOpen = true }
            try await group.waitForAll()
            #expect(jobs.value.order.count == 21)
        }
    }

    @Test func `a burst of one user delays another by one job`() async throws {
        let runner = JobRunner(limit: 1, queueCapacity: 800)
        try await withRunning(runner) { group in
            group.addTask { try await perform(-1, user: 3, on: runner) }
            try await jobs.wait { $0.running == 1 }
            for number in 0..<50 { group.addTask { try await perform(number, user: 1, on: runner) } }
            await waitUntil { runner.slots.waitingCount == 50 }
            group.addTask { try await perform(1000, user: 2, on: runner) }
            await waitUntil { runner.slots.waitingCount == 51 }
            jobs.update { $0.isOpen = true }
            try await group.waitForAll()
            #expect(jobs.value.order.firstIndex(of: 1000) == 2)
        }
    }

    @Test func `a job that waits outside of the slots keeps no other waiting`() async throws {
        let runner = JobRunner(limit: 1, queueCapacity: 100)
        try await withRunning(runner) { group in
            for number in 0..<3 { group.addTask { try await runner.perform(for: .user(Int64(number)), job(number)) } }
            try await jobs.wait { $0.running == 3 }
            #expect(try await runner.perform(for: .user(9)) { try await runner.slots.withSlot(for: .user(9)) { 7 } } == 7)
            jobs.update { $0.isOpen = true }
            try await group.waitForAll()
        }
    }

    @Test func `after finish everything accepted is carried out, nothing more is accepted, and run returns`() async throws {
        let runner = JobRunner(limit: 4, queueCapacity: 100)
        try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask {
                await runner.run()
                return -1
            }
            for number in 0..<5 { group.addTask { try await perform(number, on: runner) } }
            await waitUntil { runner.slots.waitingCount == 3 }
            runner.finish()
            #expect(try await perform(9, on: runner) == nil)
            #expect(jobs.value.refusals == [.shuttingDown])
            jobs.update { $0.isOpen = true }
            let results = try await group.reduce(into: Set<Int?>()) { $0.insert($1) }
            #expect(results == [-1, 0, 1, 2, 3, 4])
        }
    }

    @Test func `run returns at finish when nothing runs`() async {
        let runner = JobRunner(limit: 2, queueCapacity: 10)
        runner.finish()
        await runner.run()
    }

    @Test func `the work goes on when its caller is cancelled`() async throws {
        let runner = JobRunner(limit: 1, queueCapacity: 1)
        try await withRunning(runner) { group in
            let ended = Observed<Bool?>(nil)
            let caller = Task {
                try await runner.perform(for: .user(1)) {
                    _ = try await job(1)()
                    ended.update { $0 = Task.isCancelled }
                }
            }
            try await jobs.wait { $0.running == 1 }
            caller.cancel()
            jobs.update { $0.isOpen = true }
            let wasCancelled = try await ended.waitForValue { $0 }
            #expect(!wasCancelled)
            try await caller.value
        }
    }

    @Test func `what the work throws reaches its caller, and makes room for the next`() async throws {
        let runner = JobRunner(limit: 1, queueCapacity: 1)
        try await withRunning(runner) { _ in
            for _ in 0..<3 {
                await #expect(throws: FakeCluster.unreachable) {
                    try await runner.perform(for: .user(1)) { throw FakeCluster.unreachable }
                }
            }
        }
    }

    @Test func `when run is cancelled no caller is left waiting, and later ones are refused`() async throws {
        let runner = JobRunner(limit: 4, queueCapacity: 100)
        let running = Task { await runner.run() }
        let results = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<6 {
                group.addTask {
                    do { return try await perform(number, on: runner) } catch is CancellationError { return nil }
                }
            }
            await waitUntil { runner.slots.waitingCount == 4 }
            try await jobs.wait { $0.running == 2 }
            running.cancel()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await running.value
        #expect(results == [nil, nil, nil, nil, nil, nil])
        #expect(jobs.value.order.count == 2, "nothing is begun after the end")
        #expect(try await perform(7, on: runner) == nil)
        #expect(jobs.value.refusals.last == .shuttingDown)
    }

    private func withRunning(_ runner: JobRunner, _ body: (inout ThrowingTaskGroup<Int?, any Error>) async throws -> Void) async throws {
        let running = Task { await runner.run() }
        try await withThrowingTaskGroup(of: Int?.self) { try await body(&$0) }
        runner.finish()
        await running.value
    }
}

/// For what reports no change: looks again and again, giving others their turn.
func waitUntil(_ condition: () -> Bool) async {
    while !condition() { await Task.yield() }
}
