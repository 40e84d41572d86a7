import Stacks
import Synchronization
import Testing

@testable import StackStoreDynamoDB

@Suite struct TurnsTests {
    private final class Room: Sendable {
        private let count = Mutex(0)

        /// - Returns: how many are inside now.
        func enter() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }

        func leave() { count.withLock { $0 -= 1 } }
    }

    @Test func `one is in at a time, and all come in`() async throws {
        let turns = Turns<Int, String>()
        let room = Room()
        let done = await withTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        return try await turns.withTurn {
                            #expect(room.enter() == 1)
                            await Task.yield()
                            room.leave()
                            if number.isMultiple(of: 3) { throw ReservationRefusal.portsTaken([30001]) }
                            return 1
                        }
                    } catch { return 1 }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(done == 100)
        #expect(try await turns.withTurn { 7 } == 7)
    }

    @Test func `a transaction conflict of one writer is no failure of the others`() async throws {
        let turns = Turns<Int, String>()
        let gate = Gate()
        let room = Room()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: Contended(what: "taking back")) {
                    try await turns.withTurn {
                        await gate.arrive()
                        throw Contended(what: "taking back")
                    }
                }
            }
            await gate.waitForArrival()
            for _ in 0..<3 {
                group.addTask {
                    await #expect(throws: Never.self) { _ = try await turns.withTurn { room.enter() } }
                }
            }
            while turns.waitingCount < 3 { await Task.yield() }
            await gate.open()
        }
        #expect(room.enter() == 4)
    }

    @Test func `whoever is cancelled while waiting leaves, and the others come in`() async throws {
        let turns = Turns<Int, String>()
        let gate = Gate()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await turns.withTurn { await gate.arrive() }
                return true
            }
            await gate.waitForArrival()
            let cancelled = Task { try await turns.withTurn { Issue.record("came in") } }
            while turns.waitingCount < 1 { await Task.yield() }
            group.addTask { try await turns.withTurn { true } }
            while turns.waitingCount < 2 { await Task.yield() }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            #expect(turns.waitingCount == 1)
            await gate.open()
            for try await hasComeIn in group { #expect(hasComeIn) }
        }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await turns.withTurn { Issue.record("came in") }
        }
        await #expect(throws: CancellationError.self) { try await late.value }
        #expect(try await turns.withTurn { 7 } == 7)
    }

    @Test func `whoever passes lets the next in, and comes in again before those who came later`() async throws {
        let turns = Turns<Int, String>()
        let gate = Gate()
        let room = Room()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await turns.withPlace { place in
                    _ = try await place.take(offering: 1)
                    _ = try await place.take(offering: 1)
                    await gate.arrive()
                    place.pass()
                    place.pass()
                    #expect(!place.isHeld)
                    _ = try await place.take(offering: 1)
                    #expect(place.isHeld && room.enter() == 2)
                }
            }
            await gate.waitForArrival()
            for _ in 0..<3 {
                group.addTask {
                    try await turns.withTurn {
                        // The first waits for the one that passed.
                        if room.enter() == 1 { while turns.waitingCount < 3 { await Task.yield() } }
                    }
                }
            }
            while turns.waitingCount < 3 { await Task.yield() }
            await gate.open()
            try await group.waitForAll()
        }
        #expect(try await turns.withTurn { 7 } == 7)
    }

    @Test func `a store that does not answer is told to all who wait, and then the way is free`() async throws {
        let turns = Turns<Int, String>()
        let gate = Gate()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: StoreError.unreachable("gone")) {
                    try await turns.withTurn {
                        await gate.arrive()
                        throw StoreError.unreachable("gone")
                    }
                }
            }
            await gate.waitForArrival()
            for _ in 0..<3 {
                group.addTask {
                    await #expect(throws: StoreError.unreachable("gone")) { try await turns.withTurn { Issue.record("came in") } }
                }
            }
            while turns.waitingCount < 3 { await Task.yield() }
            await gate.open()
        }
        #expect(try await turns.withTurn { 7 } == 7)
    }

    @Test func `what fails for one request is told to no other`() async throws {
        let turns = Turns<Int, String>()
        let gate = Gate()
        let room = Room()
        let unreadable = UnreadableRecord(id: nil, reason: "item USER#1 / COUNT cannot be read: stacks is missing")
        await withTaskGroup(of: Void.self) { group in
            for error in [StoreError.unavailable("throttled"), .unreadable(unreadable)] {
                group.addTask {
                    await #expect(throws: error) {
                        try await turns.withTurn {
                            await gate.arrive()
                            throw error
                        }
                    }
                }
            }
            await gate.waitForArrival()
            for _ in 0..<3 {
                group.addTask {
                    await #expect(throws: Never.self) { _ = try await turns.withTurn { room.enter() } }
                }
            }
            while turns.waitingCount < 4 { await Task.yield() }
            await gate.open()
        }
        #expect(room.enter() == 4)
    }
}

extension Turns<Int, String> {
    fileprivate func withTurn<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await withPlace { place in
            guard case .turn(1) = try await place.take(offering: 1) else { throw StoreError.unavailable("answered") }
            #expect(place.isHeld)
            return try await body()
        }
    }
}
