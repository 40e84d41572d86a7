import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct ReconcileTriggersTests {
    private let time = TestTime()
    private let triggers: ReconcileTriggers
    private let one = StackID.numbered(1)

    init() {
        let time = time
        triggers = ReconcileTriggers(now: { time.now }, instant: { time.instant })
        triggers.open()
    }

    private func waitUntilDue() async {
        await triggers.waitUntilDue { [time] in try await time.sleep(for: $0) }
    }

    /// Runs `body` while a waiter sleeps until the date.
    private func withWaiter(sleepingUntil date: Date, _ body: () async throws -> Void) async throws {
        // Consumes the signal of what was added before.
        await triggers.waitUntilDue { _ in }
        let waiter = Task { await waitUntilDue() }
        try await time.waitForSleeper(until: date)
        try await body()
        await waiter.value
    }

    @Test func `a closed queue drops what is added`() {
        triggers.stackChanged(one)
        triggers.close()
        #expect(triggers.isEmpty)
        triggers.stackChanged(one)
        triggers.expiryAdded(one, time.now)
        #expect(!triggers.add(one))
        #expect(triggers.isEmpty && triggers.next() == nil)
        triggers.open()
        triggers.stackChanged(one)
        #expect(triggers.next() == one)
    }

    @Test func `a stack that is added before the wait ends it at once`() async {
        triggers.stackChanged(one)
        await waitUntilDue()
        #expect(triggers.next() == one)
    }

    @Test func `a stack that is added during the wait ends it`() async throws {
        triggers.expiryAdded(.numbered(2), time.now + 60)
        try await withWaiter(sleepingUntil: time.now + 60) { triggers.stackChanged(one) }
        #expect(triggers.next() == one)
    }

    @Test func `a stack that becomes ready after its work ends the wait`() async throws {
        triggers.stackChanged(one)
        #expect(triggers.next() == one)
        triggers.stackChanged(one)
        triggers.expiryAdded(.numbered(2), time.now + 60)
        try await withWaiter(sleepingUntil: time.now + 60) { triggers.done(one) }
        #expect(triggers.next() == one)
    }

    @Test func `an earlier expiry ends the wait, a later one does not`() async throws {
        triggers.expiryAdded(one, time.now + 60)
        try await withWaiter(sleepingUntil: time.now + 60) {
            let sleeps = time.sleepCount
            triggers.expiryAdded(.numbered(2), time.now + 61)
            triggers.expiryAdded(one, time.now + 62)
            #expect(time.sleepCount == sleeps)
            triggers.expiryAdded(.numbered(3), time.now + 59)
        }
        try await withWaiter(sleepingUntil: time.now + 59) { time.advance(by: .milliseconds(59_001)) }
        #expect(triggers.next() == .numbered(3))
    }

    @Test func `an expiry that is far away or long past is no trouble`() {
        triggers.expiryAdded(one, .distantFuture)
        triggers.expiryAdded(.numbered(2), .distantPast)
        #expect(triggers.next() == .numbered(2))
        #expect(triggers.next() == nil)
    }

    @Test func `the wait ends with its task`() async {
        let wait = Task { await waitUntilDue() }
        wait.cancel()
        await wait.value
    }

    @Test func `no addition is lost between two waits`() async throws {
        let count = 3000
        try await withThrowingTaskGroup { group in
            group.addTask {
                var seen: Set<StackID> = []
                while seen.count < count {
                    guard let id = triggers.next() else {
                        await waitUntilDue()
                        continue
                    }
                    seen.insert(id)
                    triggers.done(id)
                }
            }
            for part in 0..<3 {
                group.addTask {
                    for number in stride(from: part, to: count, by: 3) {
                        triggers.stackChanged(.numbered(number))
                        if number.isMultiple(of: 7) { await Task.yield() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `any number of requests for a pass are one`() async {
        for _ in 0..<3 { triggers.requestFullPass() }
        await triggers.passRequested.wait()
        #expect(!triggers.passRequested.isSet)
        await triggers.passRequested.wait { throw FakeCluster.unreachable }
    }
}
