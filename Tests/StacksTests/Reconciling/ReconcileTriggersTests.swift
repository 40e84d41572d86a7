import FoundationEssentials
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct ReconcileTriggersTests {
    private let triggers = ReconcileTriggers()

    /// Sleeps until it is cancelled.
    private static let forEver: @Sendable () async throws -> Void = { try await Observed(()).wait { _ in false } }

    @Test func `a report before the wait ends it at once`() async {
        triggers.stackChanged(.numbered(1))
        await triggers.wait(orUntil: Self.forEver)
        #expect(triggers.takePending() == ReconcileTriggers.Work(stacks: [.numbered(1)]))
        #expect(triggers.takePending() == ReconcileTriggers.Work())
    }

    @Test func `a report during the wait ends it`() async {
        await withTaskGroup { group in
            let isSleeping = Observed(false)
            group.addTask { [triggers] in
                await triggers.wait {
                    isSleeping.update { $0 = true }
                    try await Self.forEver()
                }
            }
            do { try await isSleeping.wait { $0 } } catch { Issue.record(error) }
            triggers.requestFullPass()
            await group.waitForAll()
        }
        #expect(triggers.takePending() == ReconcileTriggers.Work(isFullPass: true))
    }

    @Test func `any number of reports are one`() async {
        for number in 0..<100 { triggers.stackChanged(.numbered(number % 3)) }
        triggers.requestFullPass()
        await triggers.wait(orUntil: Self.forEver)
        #expect(triggers.takePending() == ReconcileTriggers.Work(stacks: [.numbered(0), .numbered(1), .numbered(2)], isFullPass: true))
        let slept = Observed(false)
        await triggers.wait { slept.update { $0 = true } }
        #expect(slept.value, "the second wait has nothing to wake it but its sleep")
    }

    @Test func `the wait ends with its sleep, and with its task`() async {
        await triggers.wait {}
        await triggers.wait { throw FakeCluster.unreachable }
        let waiting = Task { await triggers.wait(orUntil: Self.forEver) }
        waiting.cancel()
        await waiting.value
    }

    @Test func `a nearer expiry wakes, a later one does not`() async {
        let date = Date(microseconds: 1_750_000_000_000_000)
        triggers.expiryAdded(date)
        await triggers.wait(orUntil: Self.forEver)
        #expect(triggers.nearestExpiry == date)

        for later in [date, date + 1] { triggers.expiryAdded(later) }
        let slept = Observed(false)
        await triggers.wait { slept.update { $0 = true } }
        #expect(slept.value)
        #expect(triggers.nearestExpiry == date)

        triggers.expiryAdded(date - 1)
        await triggers.wait(orUntil: Self.forEver)
        #expect(triggers.nearestExpiry == date - 1)
    }

    @Test func `no report is lost between two waits`() async throws {
        let count = 3000
        try await withThrowingTaskGroup { group in
            group.addTask { [triggers] in
                var seen: Set<StackID> = []
                while seen.count < count {
                    await triggers.wait(orUntil: Self.forEver)
                    seen.formUnion(triggers.takePending().stacks)
                }
            }
            for part in 0..<3 {
                group.addTask { [triggers] in
                    for number in stride(from: part, to: count, by: 3) {
                        triggers.stackChanged(.numbered(number))
                        if number.isMultiple(of: 7) { await Task.yield() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
