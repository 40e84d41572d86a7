import DynamoDBTestSupport
import FoundationEssentials
import StackStoreDynamoDB
import Stacks
import Synchronization
import Testing

/// What others may do with a reservation whose owner does not answer, and what the owner may do when it wakes up.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct OwnershipTests {
    @Test func `an owner that slept through the lock's life finishes nothing, and harms nobody`() async throws {
        try await TestTable.with { table in
            let store = table.store
            let paused = StackRecord.sample(owner: "paused")
            try await store.reserve(paused, within: .wide)
            #expect(try await store.beginDelete(paused.id, ifUnchanged: paused, at: .after(31)) != nil)
            try await store.remove(paused.id)
            // The same user, problem and port, given to another.
            let next = StackRecord.sample(owner: "next", createdAt: .after(32))
            try await store.reserve(next, within: .wide)

            await #expect(throws: StoreError.lostReservation(paused.id)) {
                try await store.activate(paused.id, owner: "paused", nodeID: "node-1", at: .after(40))
            }
            await #expect(throws: StoreError.lostReservation(paused.id)) {
                try await store.changePort(of: paused.id, owner: "paused", from: 30001, to: 30002, at: .after(40))
            }
            #expect(try await store.beginDelete(paused.id, ifUnchanged: nil, at: .after(41)) == nil)
            try await store.remove(paused.id)

            #expect(try await store.allRecords() == [next])
            #expect(try await store.activate(next.id, owner: "next", nodeID: "node-1", at: .after(42)).state == .active)
        }
    }

    @Test func `a reservation that is finished in the very moment is not reclaimed`() async throws {
        try await TestTable.with { table in
            let record = StackRecord.sample(owner: "slow")
            try await table.store.reserve(record, within: .wide)
            let active = try await table.store.activate(record.id, owner: "slow", nodeID: "node-1", at: .after(30))
            #expect(try await table.store.beginDelete(record.id, ifUnchanged: record, at: .after(31)) == nil)
            #expect(try await table.store.record(record.id) == active)
        }
    }

    @Test func `a reservation whose owner changes its port in the very moment is not reclaimed`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let record = StackRecord.sample(owner: "slow")
            try await table.store.reserve(record, within: .wide)
            let isDue = Mutex(true)
            proxy.setFate { request in
                let isFirst =
                    request.operation == "UpdateItem"
                    && isDue.withLock { isDue in
                        defer { isDue = false }
                        return isDue
                    }
                guard isFirst else { return .forward }
                do { try await table.store.changePort(of: record.id, owner: "slow", from: 30001, to: 30002, at: .after(31)) } catch {
                    Issue.record(error)
                }
                return .forward
            }
            #expect(try await table.store.beginDelete(record.id, ifUnchanged: record, at: .after(31)) == nil)
            let kept = try #require(try await table.store.record(record.id))
            #expect(kept.state == .reserved && kept.nodePort == 30002)
            #expect(try await table.store.activate(record.id, owner: "slow", nodeID: "node-1", at: .after(32)).state == .active)
        }
    }

    @Test(arguments: ["TransactWriteItems", "UpdateItem"])
    func `a write that was held up until the reservation was reclaimed changes nothing`(operation: String) async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let record = StackRecord.sample(owner: "held")
            try await table.store.reserve(record, within: .wide)
            let gate = Gate()
            proxy.setFate { request in
                guard request.operation == operation else { return .forward }
                proxy.setFate { _ in .forward }
                await gate.arrive()
                return .forward
            }
            await withTaskGroup { group in
                group.addTask {
                    await #expect(throws: StoreError.lostReservation(record.id)) {
                        if operation == "UpdateItem" {
                            _ = try await table.store.activate(record.id, owner: "held", nodeID: "node-1", at: .after(5))
                        } else {
                            try await table.store.changePort(of: record.id, owner: "held", from: 30001, to: 30002, at: .after(5))
                        }
                    }
                }
                await gate.waitForArrival()
                await #expect(throws: Never.self) {
                    _ = try await table.store.beginDelete(record.id, ifUnchanged: record, at: .after(31))
                    try await table.store.remove(record.id)
                }
                await gate.open()
            }
            #expect(try await table.store.allRecords().isEmpty)
            // Neither port was kept by the late write.
            for (user, port) in [(1, 30001), (2, 30002)] as [(Int64, Int)] {
                try await table.store.reserve(.sample(user: user, nodePort: port), within: .wide)
            }
        }
    }
}

/// Holds one visitor until it is opened.
actor Gate {
    private var hasArrived = false
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func arrive() async {
        hasArrived = true
        resume()
        while !isOpen { await wait() }
    }

    func waitForArrival() async {
        while !hasArrived { await wait() }
    }

    func open() {
        isOpen = true
        resume()
    }

    private func wait() async {
        await withCheckedContinuation { waiting.append($0) }
    }

    private func resume() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
