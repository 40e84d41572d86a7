import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct FairQueueTests {
    @Test func `users take turns, and each keeps its own order`() {
        var queue = FairQueue<String>()
        for (user, element) in [(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (3, "c1"), (2, "b2")] as [(Int64, String)] {
            queue.append(element, of: .user(user))
        }
        #expect(queue.count == 6)
        #expect(drain(&queue) == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(queue.count == 0)
    }

    @Test func `a burst of one user delays another by one element`() {
        var queue = FairQueue<Int>()
        for number in 0..<500 { queue.append(number, of: .user(1)) }
        queue.append(-1, of: .user(2))
        #expect(queue.popFirst()?.element == 0)
        #expect(queue.popFirst()?.element == -1)
    }

    @Test func `who comes again queues up behind the others`() {
        var queue = FairQueue<String>()
        queue.append("a1", of: .user(1))
        queue.append("b1", of: .user(2))
        #expect(queue.popFirst()?.element == "a1")
        queue.append("a2", of: .user(1))
        #expect(drain(&queue) == ["b1", "a2"])
    }

    @Test func `a claimant that may not run keeps its place`() {
        var queue = FairQueue<String>()
        queue.append("a1", of: .user(1))
        queue.append("b1", of: .user(2))
        #expect(queue.popFirst { $0 != .user(1) }?.element == "b1")
        queue.append("b2", of: .user(2))
        #expect(queue.popFirst { _ in false } == nil)
        #expect(drain(&queue) == ["a1", "b2"])
    }

    @Test func `an empty queue returns nothing`() {
        var queue = FairQueue<Int>()
        #expect(queue.popFirst() == nil)
    }

    @Test(arguments: Array(UInt64(1)...10))
    func `between two turns of a user every other waiting user has one`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var queue = FairQueue<(user: Int64, number: Int)>()
        for number in 0..<300 {
            let user = Int64.random(in: 1...5, using: &generator)
            queue.append((user, number), of: .user(user))
        }
        var waiting: [Int64: Int] = [:]
        var order: [(user: Int64, number: Int)] = []
        while let next = queue.popFirst() { order.append(next.element) }
        for element in order { waiting[element.user, default: 0] += 1 }
        #expect(order.count == 300)
        for (position, element) in order.enumerated() {
            let next = order[(position + 1)...].firstIndex { $0.user == element.user }
            waiting[element.user, default: 0] -= 1
            guard let next else { continue }
            #expect(order[next].number > element.number)
            let between = Set(order[(position + 1)..<next].map(\.user))
            #expect(between.count == next - position - 1, "nobody has two turns in between")
            #expect(between == Set(waiting.filter { $0.value > 0 }.keys).subtracting([element.user]))
        }
    }

    private func drain<Element>(_ queue: inout FairQueue<Element>) -> [Element] {
        var elements: [Element] = []
        while let next = queue.popFirst() { elements.append(next.element) }
        return elements
    }
}
