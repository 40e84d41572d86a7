import Stacks
import TestBasics
import Testing

@testable import StackStoreDynamoDB

/// Work that waiting tasks offer to the task with the lock.
@Suite struct CompanionTests {
    private typealias Turns = StackStoreDynamoDB.Turns<Int, String>
    private typealias Arrivals = [Result<Turns.Arrival, any Error>]

    /// Takes the lock, waits until others wait with `offers`, and runs `body` with the lock.
    /// - Parameter onArrival: is told of the arrival of each of the others, which then pass the lock.
    private static func withOthers(
        _ offers: [Int],
        _ turns: Turns,
        onArrival: @escaping @Sendable (Int) -> Void = { _ in },
        _ body: @escaping @Sendable (Turns.Place) async throws -> Void
    ) async -> Arrivals {
        let gate = Gate()
        return await withTaskGroup(of: (Int, Result<Turns.Arrival, any Error>)?.self) { group in
            group.addTask {
                do {
                    try await turns.withPlace { place in
                        _ = try await place.take(offering: 0)
                        await gate.arrive()
                        try await body(place)
                    }
                } catch { #expect(error as? StoreError == .unreachable("gone")) }
                return nil
            }
            await gate.waitForArrival()
            for (index, offer) in offers.enumerated() {
                group.addTask {
                    do {
                        let arrival = try await turns.withPlace { place in
                            let arrival = try await place.take(offering: offer)
                            onArrival(offer)
                            return arrival
                        }
                        return (index, .success(arrival))
                    } catch { return (index, .failure(error)) }
                }
                while turns.waitingCount <= index { await Task.yield() }
            }
            await gate.open()
            return await group.reduce(into: []) { $0.append($1) }.compactMap(\.self).sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    @Test func `chosen offers are answered, and all others get the lock in the order of arrival`() async throws {
        let turns = Turns()
        let order = Observed<[Int]>([])
        let arrivals = await Self.withOthers([1, 2, 3, 4, 5], turns) { offer in
            order.update { $0.append(offer) }
        } _: { place in
            let value = try await place.share { offers in
                #expect(offers == [1, 2, 3, 4, 5])
                // The queue is not locked while its offers are chosen.
                #expect(turns.waitingCount == 5)
                return offers.map { $0 == 1 || $0 == 4 }
            } _: { offers in
                #expect(offers == [1, 4])
                return ("own", offers.map { .answer("answer to \($0)") })
            }
            #expect(value == "own")
            place.pass()
            // Without the lock nobody is taken along.
            try await place.share {
                $0.map { _ in true }
            } _: { offers in
                #expect(offers.isEmpty)
                return ((), [])
            }
        }
        #expect(try arrivals.map { try $0.get().text } == ["answer to 1", "turn 2", "turn 3", "answer to 4", "turn 5"])
        #expect(order.value.filter { [2, 3, 5].contains($0) } == [2, 3, 5])
        #expect(turns.waitingCount == 0)
    }

    @Test func `a task whose offer is undecided waits on at its place, with the offer as it was left`() async throws {
        let turns = Turns()
        let order = Observed<[Int]>([])
        let arrivals = await Self.withOthers([1, 2, 3, 4], turns) { offer in
            order.update { $0.append(offer) }
        } _: { place in
            // The last tells of fewer offers than it was given.
            for count in [2, 1] {
                try await place.share {
                    $0.map { !$0.isMultiple(of: 2) }
                } _: { offers in
                    #expect(offers == (count == 2 ? [1, 3] : [101, 103]))
                    return ((), offers.prefix(count).map { .wait(offering: $0 + 100) })
                }
            }
        }
        #expect(try arrivals.map { try $0.get().text } == ["turn 201", "turn 2", "turn 103", "turn 4"])
        #expect(order.value == [1, 2, 3, 4])
    }

    @Test func `a task that was answered and waits again has its place in the queue again`() async throws {
        let turns = Turns()
        let gate = Gate()
        let order = Observed<[Int]>([])
        let arrivals = await Self.withOthers([2, 3], turns) { offer in
            order.update { $0.append(offer) }
        } _: { place in
            let again = Task {
                try await turns.withPlace { place in
                    while turns.waitingCount < 2 { await Task.yield() }
                    let answered = try await place.take(offering: 1)
                    await gate.arrive()
                    let arrived = try await place.take(offering: 1)
                    order.update { $0.append(1) }
                    #expect([answered.text, arrived.text] == ["once more", "turn 1"])
                }
            }
            while turns.waitingCount < 3 { await Task.yield() }
            try await place.share {
                $0.map { $0 == 1 }
            } _: { offers in
                ((), offers.map { _ in .answer("once more") })
            }
            await gate.waitForArrival()
            let late = Task {
                try await turns.withPlace { place in
                    _ = try await place.take(offering: 4)
                    order.update { $0.append(4) }
                }
            }
            while turns.waitingCount < 3 { await Task.yield() }
            await gate.open()
            while turns.waitingCount < 4 { await Task.yield() }
            place.pass()
            try await again.value
            try await late.value
        }
        #expect(arrivals.count == 2)
        #expect(order.value == [2, 3, 1, 4])
    }

    @Test func `a store that does not answer is told to companions and to all who wait`() async throws {
        let turns = Turns()
        let arrivals = await Self.withOthers([1, 2], turns) { place in
            try await place.share {
                $0.map { $0 == 1 }
            } _: { _ -> (own: Void, others: [Turns.Outcome]) in
                throw StoreError.unreachable("gone")
            }
        }
        for arrival in arrivals {
            #expect(throws: StoreError.unreachable("gone")) { try arrival.get() }
        }
        #expect(arrivals.count == 2)
    }

    @Test(arguments: [true, false])
    func `a companion that is cancelled is told what became of its offer, or leaves`(isDecided: Bool) async throws {
        let turns = Turns()
        let (hold, gate) = (Gate(), Gate())
        let holder = Task {
            try await turns.withPlace { place in
                _ = try await place.take(offering: 0)
                await hold.arrive()
                while turns.waitingCount < 1 { await Task.yield() }
                try await place.share {
                    $0.map { _ in true }
                } _: { offers in
                    await gate.arrive()
                    return ((), offers.map { isDecided ? .answer("done") : .wait(offering: $0) })
                }
                #expect(turns.waitingCount == 0)
            }
        }
        await hold.waitForArrival()
        let companion = Task { try await turns.withPlace { try await $0.take(offering: 1) } }
        await hold.open()
        await gate.waitForArrival()
        companion.cancel()
        await gate.open()
        if isDecided {
            #expect(try await companion.value.text == "done")
        } else {
            await #expect(throws: CancellationError.self) { _ = try await companion.value }
        }
        try await holder.value
    }
}

extension Turns<Int, String>.Arrival {
    fileprivate var text: String {
        switch self {
        case .turn(let offer): "turn \(offer)"
        case .answer(let answer): answer
        }
    }
}
