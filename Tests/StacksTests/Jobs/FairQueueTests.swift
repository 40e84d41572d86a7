import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct FairQueueTests {
    @Test func `users take turns, and each keeps its own order`() {
        var queue = FairQueue<String>(capacity: 10)
        for (user, element) in [(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (3, "c1"), (2, "b2")] as [(Int64, String)] {
            #expect(queue.append(element, user: user) == true)
        }
        #expect(queue.count == 6)
        #expect(drain(&queue) == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(queue.count == 0)
    }

    @Test func `a burst of one user delays another by one element`() {
        var queue = FairQueue<Int>(capacity: 1000)
        for number in 0..<500 { _ = queue.append(number, user: 1) }
        _ = queue.append(-1, user: 2)
        #expect(queue.popFirst() == 0)
        #expect(queue.popFirst() == -1)
    }

    @Test func `who comes again queues up behind the others`() {
        var queue = FairQueue<String>(capacity: 10)
        _ = queue.append("a1", user: 1)
        _ = queue.append("b1", user: 2)
        #expect(queue.popFirst() == "a1")
        _ = queue.append("a2", user: 1)
        #expect(drain(&queue) == ["b1", "a2"])
    }

    @Test func `a full queue takes nothing, from nobody, and takes again once one has left`() {
        var queue = FairQueue<Int>(capacity: 2)
        #expect(queue.append(1, user: 1) == true)
        #expect(queue.append(2, user: 1) == true)
        #expect(queue.append(3, user: 1) == false)
        #expect(queue.append(4, user: 2) == false)
        #expect(queue.popFirst() == 1)
        #expect(queue.append(5, user: 2) == true)
        #expect(drain(&queue) == [2, 5])
    }

    @Test func `an empty queue gives nothing`() {
        var queue = FairQueue<Int>(capacity: 0)
        #expect(queue.popFirst() == nil)
        #expect(queue.append(1, user: 1) == false)
    }

    @Test(arguments: Array(UInt64(1)...10))
    func `between two turns of a user every other waiting user has one`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var queue = FairQueue<(user: Int64, number: Int)>(capacity: 300)
        for number in 0..<300 {
            let user = Int64.random(in: 1...5, using: &generator)
            _ = queue.append((user, number), user: user)
        }
        var waiting: [Int64: Int] = [:]
        var order: [(user: Int64, number: Int)] = []
        while let element = queue.popFirst() { order.append(element) }
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
        while let element = queue.popFirst() { elements.append(element) }
        return elements
    }
}
