import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct ReconcileTriggersTests {
    private let triggers = ReconcileTriggers()
    private static let date = Date(microseconds: 1_750_000_000_000_000)

    /// Sleeps until it is cancelled.
    private static let forEver: @Sendable () async throws -> Void = { try await Observed(()).wait { _ in false } }

    @Test func `a report before the wait ends it at once`() async {
        triggers.stackChanged(.numbered(1))
        await triggers.stackReported.wait()
        #expect(triggers.takeStacks() == [.numbered(1)])
        #expect(triggers.takeStacks() == [])
        #expect(!triggers.takePass())
    }

    @Test func `a report during the wait ends it`() async {
        await withTaskGroup { group in
            let isSleeping = Observed(false)
            group.addTask { [triggers] in
                await triggers.passRequested.wait {
                    isSleeping.update { $0 = true }
                    try await Self.forEver()
                }
            }
            do { try await isSleeping.wait { $0 } } catch { Issue.record(error) }
            triggers.requestFullPass()
            await group.waitForAll()
        }
        #expect(triggers.takePass())
        #expect(!triggers.takePass())
    }

    @Test func `any number of reports are one`() async {
        for number in 0..<100 { triggers.stackChanged(.numbered(number % 3)) }
        await triggers.stackReported.wait(orUntil: Self.forEver)
        #expect(triggers.takeStacks() == [.numbered(0), .numbered(1), .numbered(2)])
        let slept = Observed(false)
        await triggers.stackReported.wait { slept.update { $0 = true } }
        #expect(slept.value, "the second wait has nothing to wake it but its sleep")
    }

    @Test func `reports are left to a pass that is to come, so that none pile up where none comes`() async {
        triggers.stackChanged(.numbered(1))
        triggers.requestFullPass()
        triggers.stackChanged(.numbered(2))
        #expect(triggers.takeStacks() == [])
        #expect(triggers.takePass())
        triggers.stackChanged(.numbered(3))
        #expect(triggers.takeStacks() == [.numbered(3)])
    }

    @Test func `the wait ends with its sleep, and with its task`() async {
        await triggers.passRequested.wait {}
        await triggers.passRequested.wait { throw FakeCluster.unreachable }
        for wait in [
            Task { await triggers.passRequested.wait(orUntil: Self.forEver) },
            Task { await triggers.stackReported.wait() },
        ] {
            wait.cancel()
            await wait.value
        }
    }

    @Test func `a nearer expiry wakes, a later one does not`() async {
        triggers.expiryAdded(Self.date)
        await triggers.expiryChanged.wait(orUntil: Self.forEver)
        #expect(triggers.nearestExpiry == Self.date)

        for later in [Self.date, Self.date + 1] { triggers.expiryAdded(later) }
        let slept = Observed(false)
        await triggers.expiryChanged.wait { slept.update { $0 = true } }
        #expect(slept.value)
        #expect(triggers.nearestExpiry == Self.date)

        triggers.expiryAdded(Self.date - 1)
        await triggers.expiryChanged.wait(orUntil: Self.forEver)
        #expect(triggers.nearestExpiry == Self.date - 1)
    }

    @Test func `an expiry that is added while the store is read outlives what was read`() {
        let read = triggers.beginExpiryRead()
        triggers.expiryAdded(Self.date)
        triggers.endExpiryRead(read, nearest: Self.date + 60)
        #expect(triggers.nearestExpiry == Self.date)
        // A read that began after it knows better: the stack has gone.
        triggers.endExpiryRead(triggers.beginExpiryRead(), nearest: Self.date + 60)
        #expect(triggers.nearestExpiry == Self.date + 60)
    }

    @Test func `of two reads at once the one that began later counts`() {
        let first = triggers.beginExpiryRead()
        triggers.expiryAdded(Self.date)
        let second = triggers.beginExpiryRead()
        triggers.endExpiryRead(second, nearest: Self.date)
        triggers.endExpiryRead(first, nearest: nil)
        #expect(triggers.nearestExpiry == Self.date)
    }

    @Test func `no report is lost between two waits`() async throws {
        let count = 3000
        try await withThrowingTaskGroup { group in
            group.addTask { [triggers] in
                var seen: Set<StackID> = []
                while seen.count < count {
                    await triggers.stackReported.wait(orUntil: Self.forEver)
                    seen.formUnion(triggers.takeStacks())
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
