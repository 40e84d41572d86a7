import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct WorkQueueTests {
    private static let start = ContinuousClock.now
    private let one = StackID.numbered(1)
    private let two = StackID.numbered(2)
    private let three = StackID.numbered(3)

    private static func seconds(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }
    private var start: ContinuousClock.Instant { Self.start }

    private func next(_ queue: inout WorkQueue, at now: ContinuousClock.Instant) -> StackID? { queue.next(now: now) }

    /// Takes out all that is due.
    private func drain(_ queue: inout WorkQueue, at now: ContinuousClock.Instant) -> [StackID] {
        var ids: [StackID] = []
        while let id = queue.next(now: now) { ids.append(id) }
        return ids
    }

    @Test func `stacks are handed out in the order of their addition, each once`() {
        var queue = WorkQueue()
        for id in [two, one, two, three, one] { queue.add(id, now: start) }
        #expect(queue.due == .now)
        #expect(drain(&queue, at: start) == [two, one, three])
        #expect(queue.due == .never)
    }

    @Test func `the suspects of a pass come after all others`() {
        var queue = WorkQueue()
        queue.add(one, priority: .low, now: start)
        queue.add(two, at: start)
        queue.add(three, now: start)
        #expect(drain(&queue, at: start) == [two, three, one])
    }

    @Test func `a stack that is added while it is in flight is handed out again after that, once`() {
        var queue = WorkQueue()
        queue.add(one, now: start)
        #expect(next(&queue, at: start) == one)
        for _ in 0..<2 { queue.add(one, now: start) }
        #expect(next(&queue, at: start) == nil)
        queue.done(one)
        #expect(drain(&queue, at: start) == [one])
        queue.done(one)
        #expect(queue.isEmpty)
    }

    @Test func `a timed entry is handed out at its time, in the order of the times`() {
        var queue = WorkQueue()
        queue.add(one, at: Self.seconds(3))
        queue.add(two, at: Self.seconds(2))
        #expect(queue.due == .at(Self.seconds(2)))
        #expect(next(&queue, at: Self.seconds(1)) == nil)
        #expect(drain(&queue, at: Self.seconds(3)) == [two, one])
    }

    @Test func `of two times of a stack the earlier one counts`() {
        var queue = WorkQueue()
        for time in [5, 3, 4] { queue.add(one, at: Self.seconds(time)) }
        #expect(queue.due == .at(Self.seconds(3)))
        #expect(drain(&queue, at: Self.seconds(10)) == [one])
    }

    @Test func `a stack that is handed out keeps its later time`() {
        var queue = WorkQueue()
        queue.add(one, at: Self.seconds(3))
        queue.add(one, now: start)
        #expect(next(&queue, at: start) == one)
        queue.done(one)
        #expect(next(&queue, at: Self.seconds(2)) == nil)
        #expect(next(&queue, at: Self.seconds(3)) == one)
    }

    @Test func `a stack whose time comes while it is in flight is handed out afterwards`() {
        var queue = WorkQueue()
        queue.add(one, now: start)
        #expect(next(&queue, at: start) == one)
        queue.add(one, at: Self.seconds(1))
        #expect(next(&queue, at: Self.seconds(2)) == nil)
        queue.done(one)
        #expect(next(&queue, at: Self.seconds(2)) == one)
    }

    @Test func `each failure in a row doubles the backoff, up to 16 seconds`() {
        var queue = WorkQueue()
        var now = start
        queue.add(one, now: now)
        for (number, backoff) in [1, 2, 4, 8, 16, 16, 16].enumerated() {
            #expect(next(&queue, at: now) == one)
            let count = queue.failed(one, now: now)
            #expect(count == number + 1)
            #expect(queue.due == .at(now + .seconds(backoff)))
            #expect(next(&queue, at: now + .milliseconds(backoff * 1000 - 1)) == nil)
            now += .seconds(backoff)
        }
        #expect(next(&queue, at: now) == one)
        queue.done(one)
        queue.add(one, now: now)
        #expect(next(&queue, at: now) == one)
        let count = queue.failed(one, now: now)
        #expect(count == 1)
    }

    @Test func `the number of failures is without limit`() {
        var queue = WorkQueue()
        var now = start
        queue.add(one, now: now)
        for _ in 0..<200 {
            #expect(next(&queue, at: now) == one)
            queue.failed(one, now: now)
            now += .seconds(16)
        }
    }

    @Test func `in its backoff a stack cannot be added`() {
        var queue = WorkQueue()
        queue.add(one, now: start)
        #expect(next(&queue, at: start) == one)
        queue.add(one, now: start)
        queue.failed(one, now: start)
        let isAdded = queue.add(one, now: start)
        #expect(!isAdded)
        queue.add(one, at: start)
        #expect(queue.due == .at(Self.seconds(1)))
        let isAddedLater = queue.add(one, now: Self.seconds(1))
        #expect(isAddedLater)
        #expect(drain(&queue, at: Self.seconds(1)) == [one])
    }

    @Test func `of a forgotten stack nothing is left`() {
        var queue = WorkQueue()
        queue.add(one, now: start)
        queue.add(one, at: Self.seconds(5))
        #expect(next(&queue, at: start) == one)
        queue.add(one, now: start)
        queue.forget(one)
        queue.done(one)
        #expect(queue.isEmpty)
        #expect(next(&queue, at: Self.seconds(5)) == nil)
        #expect(queue.due == .never)
    }

    @Test func `backoffs of stacks that are no longer suspected are dropped, and nothing else`() {
        var queue = WorkQueue()
        for id in [one, two] {
            queue.add(id, now: start)
            #expect(next(&queue, at: start) == id)
            queue.failed(id, now: start)
        }
        queue.add(three, at: Self.seconds(1))
        queue.keepBackoffs(of: [two])
        #expect(Set(drain(&queue, at: Self.seconds(1))) == [two, three])
    }

    // MARK: Model

    /// One stack, without lines and without an order.
    private struct ModelEntry {
        var isWanted = false
        var isInFlight = false
        var due: ContinuousClock.Instant?
        var isBackingOff = false
        var failures = 0

        mutating func advance(to now: ContinuousClock.Instant) {
            guard let time = due, time <= now else { return }
            due = nil
            isBackingOff = false
            isWanted = true
        }
    }

    @Test(arguments: Array(UInt64(1)...30))
    func `a random history hands out what the model says`(seed: UInt64) {
        var queue = WorkQueue()
        let ids = (1...5).map { StackID.numbered($0) }
        var model = Dictionary(uniqueKeysWithValues: ids.map { ($0, ModelEntry()) })
        var generator = SeededGenerator(seed: seed)
        var now = start
        for step in 0..<1000 {
            let context: Comment = "seed \(seed), step \(step)"
            now += .milliseconds(Int.random(in: 0...700, using: &generator))
            let id = ids[Int.random(in: 0..<ids.count, using: &generator)]
            var entry = model[id] ?? ModelEntry()
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<2:
                for id in ids { model[id]?.advance(to: now) }
                entry = model[id] ?? ModelEntry()
                let isAdded = queue.add(id, priority: Bool.random(using: &generator) ? .low : .normal, now: now)
                #expect(isAdded == !entry.isBackingOff, context)
                if isAdded { entry.isWanted = true }
            case 2:
                let time = now + .milliseconds(Int.random(in: -100...5000, using: &generator))
                queue.add(id, at: time)
                if !entry.isBackingOff { entry.due = entry.due.map { min($0, time) } ?? time }
            case 3..<6:
                for id in ids { model[id]?.advance(to: now) }
                let candidates = Set(model.filter { $0.value.isWanted && !$0.value.isInFlight }.keys)
                let next = queue.next(now: now)
                #expect((next == nil) == candidates.isEmpty, context)
                if let next {
                    #expect(candidates.contains(next), context)
                    model[next]?.isWanted = false
                    model[next]?.isInFlight = true
                } else {
                    #expect(queue.due == (model.values.compactMap(\.due).min().map { .at($0) } ?? .never), context)
                }
                continue
            case 6 where entry.isInFlight:
                let count = queue.failed(id, now: now)
                #expect(count == entry.failures + 1, context)
                let end = now + .seconds([1, 2, 4, 8, 16][min(entry.failures, 4)])
                entry = ModelEntry(due: end, isBackingOff: true, failures: entry.failures + 1)
            case 7 where entry.isInFlight:
                queue.forget(id)
                entry = ModelEntry()
            case 8..<10 where entry.isInFlight:
                queue.done(id)
                entry.isInFlight = false
                entry.failures = 0
            default:
                continue
            }
            model[id] = entry
        }
    }
}
