import Stacks
import Testing

@testable import StackStoreDynamoDB

/// Work that waiting tasks offer to the task with the lock.
@Suite struct CompanionTests {
    private typealias Turns = StackStoreDynamoDB.Turns<Int, String>

    /// Takes the lock, waits until `waiting` others wait, and runs `body` with the lock.
    private static func withOthers(
        _ offers: [Int?],
        _ turns: Turns,
        _ body: @escaping @Sendable (Turns.Place) async throws -> Void
    ) async -> [Result<String?, any Error>] {
        let gate = Gate()
        return await withTaskGroup(of: (Int, Result<String?, any Error>)?.self) { group in
            group.addTask {
                do {
                    try await turns.withPlace { place in
                        _ = try await place.take()
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
                        return (index, .success(try await turns.withPlace { try await $0.take(offering: offer) }))
                    } catch { return (index, .failure(error)) }
                }
                while turns.waitingCount <= index { await Task.yield() }
            }
            await gate.open()
            return await group.reduce(into: []) { $0.append($1) }.compactMap(\.self).sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    @Test func `accepted offers are answered in the order of arrival, and all others get the lock`() async throws {
        let turns = Turns()
        let answers = await Self.withOthers([1, nil, 2, 3, 4], turns) { place in
            let companions = place.gather { !$0.isMultiple(of: 2) }
            #expect(companions.map(\.offer) == [1, 3])
            #expect(place.gather { _ in false }.isEmpty)
            for companion in companions { companion.resume(with: .success("answer to \(companion.offer)")) }
            place.pass()
            #expect(place.gather { _ in true }.isEmpty)
        }
        #expect(try answers.map { try $0.get() } == ["answer to 1", nil, nil, "answer to 3", nil])
        #expect(turns.waitingCount == 0)
    }

    @Test func `a store that does not answer is told to companions and to all who wait`() async throws {
        let turns = Turns()
        let answers = await Self.withOthers([1, nil], turns) { place in
            let error = StoreError.unreachable("gone")
            for companion in place.gather({ _ in true }) { companion.resume(with: .failure(error)) }
            throw error
        }
        for answer in answers {
            #expect(throws: StoreError.unreachable("gone")) { try answer.get() }
        }
        #expect(answers.count == 2)
    }

    @Test func `a companion that is cancelled is told what became of its offer`() async throws {
        let turns = Turns()
        let (hold, gate) = (Gate(), Gate())
        let holder = Task {
            try await turns.withPlace { place in
                _ = try await place.take()
                await hold.arrive()
                while turns.waitingCount < 1 { await Task.yield() }
                let companions = place.gather { _ in true }
                await gate.arrive()
                for companion in companions { companion.resume(with: .success("done")) }
            }
        }
        await hold.waitForArrival()
        let companion = Task { try await turns.withPlace { try await $0.take(offering: 1) } }
        await hold.open()
        await gate.waitForArrival()
        companion.cancel()
        await gate.open()
        #expect(try await companion.value == "done")
        try await holder.value
    }
}
