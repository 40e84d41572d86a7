import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct ReconcileQueueTests {
    private let time = TestTime()
    private let reconcileQueue: ReconcileQueue
    private let one = StackID.numbered(1)

    init() {
        let time = time
        reconcileQueue = ReconcileQueue(now: { time.now }, instant: { time.instant })
        reconcileQueue.open()
    }

    private func waitUntilDue() async {
        await reconcileQueue.waitUntilDue { [time] in try await time.sleep(for: $0) }
    }

    /// Runs `body` while a waiter sleeps until the date.
    private func withWaiter(sleepingUntil date: Date, _ body: () async throws -> Void) async throws {
        // Consumes the signal of what was added before.
        await reconcileQueue.waitUntilDue { _ in }
        let waiter = Task { await waitUntilDue() }
        try await time.waitForSleeper(until: date)
        try await body()
        await waiter.value
    }

    @Test func `a closed queue drops what is added`() {
        reconcileQueue.stackChanged(one)
        reconcileQueue.close()
        #expect(reconcileQueue.isEmpty)
        reconcileQueue.stackChanged(one)
        reconcileQueue.expiryAdded(one, time.now)
        #expect(!reconcileQueue.add(one))
        #expect(reconcileQueue.isEmpty && reconcileQueue.next() == nil)
        reconcileQueue.open()
        reconcileQueue.stackChanged(one)
        #expect(reconcileQueue.next() == one)
    }

    @Test func `a stack that is added before the wait ends it at once`() async {
        reconcileQueue.stackChanged(one)
        await waitUntilDue()
        #expect(reconcileQueue.next() == one)
    }

    @Test func `a stack that is added during the wait ends it`() async throws {
        reconcileQueue.expiryAdded(.numbered(2), time.now + 60)
        try await withWaiter(sleepingUntil: time.now + 60) { reconcileQueue.stackChanged(one) }
        #expect(reconcileQueue.next() == one)
    }

    @Test func `a stack that becomes ready after its work ends the wait`() async throws {
        reconcileQueue.stackChanged(one)
        #expect(reconcileQueue.next() == one)
        reconcileQueue.stackChanged(one)
        reconcileQueue.expiryAdded(.numbered(2), time.now + 60)
        try await withWaiter(sleepingUntil: time.now + 60) { reconcileQueue.done(one) }
        #expect(reconcileQueue.next() == one)
    }

    @Test func `an earlier expiry ends the wait, a later one does not`() async throws {
        reconcileQueue.expiryAdded(one, time.now + 60)
        try await withWaiter(sleepingUntil: time.now + 60) {
            let sleeps = time.sleepCount
            reconcileQueue.expiryAdded(.numbered(2), time.now + 61)
            reconcileQueue.expiryAdded(one, time.now + 62)
            #expect(time.sleepCount == sleeps)
            reconcileQueue.expiryAdded(.numbered(3), time.now + 59)
        }
        try await withWaiter(sleepingUntil: time.now + 59) { time.advance(by: .milliseconds(59_001)) }
        #expect(reconcileQueue.next() == .numbered(3))
    }

    @Test func `an expiry that is far away or long past is no trouble`() {
        reconcileQueue.expiryAdded(one, .distantFuture)
        reconcileQueue.expiryAdded(.numbered(2), .distantPast)
        #expect(reconcileQueue.next() == .numbered(2))
        #expect(reconcileQueue.next() == nil)
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
                    guard let id = reconcileQueue.next() else {
                        await waitUntilDue()
                        continue
                    }
                    seen.insert(id)
                    reconcileQueue.done(id)
                }
            }
            for part in 0..<3 {
                group.addTask {
                    for number in stride(from: part, to: count, by: 3) {
                        reconcileQueue.stackChanged(.numbered(number))
                        if number.isMultiple(of: 7) { await Task.yield() }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `any number of requests for a pass are one`() async {
        for _ in 0..<3 { reconcileQueue.requestFullPass() }
        await reconcileQueue.passRequested.wait()
        #expect(!reconcileQueue.passRequested.isSet)
        await reconcileQueue.passRequested.wait { throw FakeCluster.unreachable }
    }
}
