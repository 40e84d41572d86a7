import DynamoDB
import DynamoDBTestSupport
import Logging
import Stacks
import Synchronization
import TestBasics
import Testing

@testable import StackStoreDynamoDB

/// Reservations that wait for another's transaction, and are then written together.
@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct SharedTransactionTests {
    private static let limits = ReservationLimits(stacksPerUser: 2, budget: ResourceAmount(cpuMilli: 1 << 40, memoryBytes: 1 << 60))

    /// What became of reservations that waited together.
    private struct Waited {
        var errors: [(any Error)?] = []
        /// The numbers of items of all transactions after the one that was waited for.
        var transactions: [Int] = []
        /// The numbers of reservations in the same transactions.
        var sizes: [Int] = []

        func refusal(_ index: Int) -> ReservationRefusal? { errors[index] as? ReservationRefusal }
        var written: [Int] { errors.indices.filter { errors[$0] == nil } }
    }

    private static func itemCount(_ request: Proxy.Request) -> Int { request.body["TransactItems"]?.list?.count ?? 0 }

    /// The partition keys of a transaction's items, in its order.
    private static func partitions(_ request: Proxy.Request) -> [String] {
        (request.body["TransactItems"]?.list ?? []).map { item in
            (item["Put"]?["Item"] ?? item["Update"]?["Key"])?["pk"]?["S"]?.text ?? ""
        }
    }

    /// Counts a transaction.
    /// - Returns: its number, from 1 on.
    private static func next(_ count: borrowing Mutex<Int>) -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }

    private static func reservationCount(_ request: Proxy.Request) -> Int { partitions(request).count { $0.hasPrefix("STACKS#") } }

    /// Makes a reservation, and `records` during its transaction.
    /// - Parameters:
    ///   - store: a store of the table; nil for one that nobody else uses.
    ///   - fate: decides about the requests after the first transaction.
    ///   - meanwhile: is given the waiting tasks before the first transaction goes on.
    private static func reserve(
        _ records: [StackRecord],
        _ table: TestTable,
        with store: DynamoDBStackStore? = nil,
        fate: @escaping @Sendable (Proxy.Request) async -> Proxy.Fate = { _ in .forward },
        meanwhile: ([Task<Void, any Error>]) -> Void = { _ in }
    ) async throws -> Waited {
        guard let proxy = table.proxy else { return Waited() }
        let store = store ?? DynamoDBStackStore(client: table.client, table: table.name)
        // From now on the process knows the bound.
        try await store.reserve(.sample(user: 9001, nodePort: 31001), within: limits)
        let gate = Gate()
        let isFirst = Mutex(true)
        proxy.setFate { request in
            guard request.operation == "TransactWriteItems" else { return await fate(request) }
            let holds = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            guard holds else { return await fate(request) }
            await gate.arrive()
            return .forward
        }
        proxy.forget()
        let first = Task { try await store.reserve(.sample(user: 9002, nodePort: 31002), within: limits) }
        await gate.waitForArrival()
        var tasks: [Task<Void, any Error>] = []
        for record in records {
            tasks.append(Task { try await store.reserve(record, within: limits) })
            while store.turns.waitingCount < tasks.count { await Task.yield() }
        }
        meanwhile(tasks)
        await gate.open()
        try await first.value
        var waited = Waited()
        for task in tasks {
            do {
                try await task.value
                waited.errors.append(nil)
            } catch { waited.errors.append(error) }
        }
        let transactions = proxy.requests.filter { $0.operation == "TransactWriteItems" }.dropFirst()
        waited.transactions = transactions.map(itemCount)
        waited.sizes = transactions.map(reservationCount)
        proxy.setFate { _ in .forward }
        return waited
    }

    /// Expects just these stacks, beside the two of ``reserve(_:_:with:fate:meanwhile:)``, with right counts, counters and bound.
    private static func expect(_ records: [StackRecord], in table: TestTable) async throws {
        let found = try await table.store.allRecords().filter { ($0.userID ?? 0) < 9000 }
        #expect(Set(found.map(\.id)) == Set(records.map(\.id)))
        #expect(try await table.store.counterDiscrepancies() == [])
        let sum = ResourceAmount(cpuMilli: 500 * Int64(records.count + 2), memoryBytes: (1 << 27) * Int64(records.count + 2))
        #expect(try await table.store.totalReserved() == sum)
        let bound = try await table.store.findings(for: .sample(user: 9003, nodePort: 31003)).capacity.reserved
        #expect(bound?.covers(sum) == true)
    }

    private static func records(_ count: Int) -> [StackRecord] {
        (0..<count).map { .sample(user: Int64($0 + 1), key: "K\($0)", nodePort: 30001 + $0) }
    }

    @Test func `reservations that wait are written in one transaction`() async throws {
        try await TestTable.with { table in
            var records = Self.records(8)
            // Two of one user, as many as the limit allows.
            records.append(.sample(user: 1, problem: 7, nodePort: 30100))
            let waited = try await Self.reserve(records, table)
            #expect(waited.written.count == 9 && waited.transactions.count == 1)
            try await Self.expect(records, in: table)
        }
    }

    @Test func `more than a transaction can have are written in several`() async throws {
        try await TestTable.with { table in
            let records = Self.records(40)
            let waited = try await Self.reserve(records, table)
            #expect(waited.written.count == 40)
            #expect((3...4).contains(waited.transactions.count) && waited.transactions.allSatisfy { $0 <= 100 })
            try await Self.expect(records, in: table)
        }
    }

    @Test(arguments: [[0], [1], [2], [3], [4], [0, 5], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]])
    func `a refused reservation learns its reason, and the others are written`(faulty: [Int]) async throws {
        try await TestTable.with { table in
            let existing = (0..<4).map { StackRecord.sample(user: Int64(20 + $0), key: "E\($0)", nodePort: 30200 + $0) }
            for record in existing { try await table.store.reserve(record, within: Self.limits) }
            var full: [StackRecord] = []
            for problem in 1...2 { full.append(.sample(user: 30, problem: Int64(problem), nodePort: 30300 + problem)) }
            for record in full { try await table.store.reserve(record, within: Self.limits) }
            var records = Self.records(6)
            var expected: [Int: ReservationRefusal] = [:]
            for index in faulty {
                switch index {
                case 0:
                    records[0] = .sample(user: 20, key: "K0", nodePort: 30001)
                    expected[0] = .stackExists(existing[0].id)
                case 1:
                    records[1] = .sample(user: 2, key: "E1", nodePort: 30002)
                    expected[1] = .keyUsed(existing[1])
                case 2:
                    records[2] = .sample(user: 3, nodePort: 30202)
                    expected[2] = .portsTaken([30202])
                case 3:
                    records[3] = .sample(user: 30, problem: 3, nodePort: 30004)
                    expected[3] = .userLimitReached(count: 2)
                case 4:
                    records[4] = .sample(user: 23, key: "E3", nodePort: 30203)
                    expected[4] = .keyUsed(existing[3])
                default:
                    // Of the same user, whose count says no to both.
                    records[5] = .sample(user: 30, problem: 5, nodePort: 30006)
                    expected[5] = .userLimitReached(count: 2)
                }
            }
            let waited = try await Self.reserve(records, table)
            for index in records.indices { #expect(waited.refusal(index) == expected[index], "\(index)") }
            #expect(waited.written == records.indices.filter { expected[$0] == nil })
            // The first with all, the second with those that nothing stands in the way of.
            #expect(waited.transactions.count == (records.count > expected.count ? 2 : 1))
            try await Self.expect(existing + full + waited.written.map { records[$0] }, in: table)
        }
    }

    @Test func `of two that wait, the room of their user for one is given to the first`() async throws {
        try await TestTable.with { table in
            let existing = StackRecord.sample(user: 1, problem: 7, nodePort: 30100)
            try await table.store.reserve(existing, within: Self.limits)
            var records = Self.records(6)
            records[4] = .sample(user: 1, problem: 8, nodePort: 30005)
            let waited = try await Self.reserve(records, table)
            #expect(waited.written == [0, 1, 2, 3, 5])
            #expect(waited.refusal(4) == .userLimitReached(count: 2))
            // All, the two one by one, the others.
            #expect(waited.transactions.count == 4)
            try await Self.expect([existing] + waited.written.map { records[$0] }, in: table)
        }
    }

    /// - Parameter refused: the first writes for all, the others wait for it.
    @Test(arguments: [0, 3])
    func `a reservation learns its outcome while others are tried again`(refused: Int) async throws {
        try await TestTable.with { table in
            let existing = StackRecord.sample(user: 20, nodePort: 30200)
            try await table.store.reserve(existing, within: Self.limits)
            var records = Self.records(6)
            records[refused] = .sample(user: 20, nodePort: 30001 + refused)
            let tasks = Mutex<[Task<Void, any Error>]>([])
            let transactions = Mutex(0)
            let waited = try await Self.reserve(
                records,
                table,
                fate: { request in
                    guard request.operation == "TransactWriteItems" else { return .forward }
                    guard Self.next(transactions) == 2 else { return .forward }
                    // The others' transaction is under way until the refused one has its answer.
                    let task = tasks.withLock { $0[refused] }
                    await #expect(throws: ReservationRefusal.stackExists(existing.id)) { try await task.value }
                    return .forward
                },
                meanwhile: { started in tasks.withLock { $0 = started } }
            )
            #expect(waited.written == [0, 1, 2, 3, 4, 5].filter { $0 != refused } && waited.transactions.count == 2)
            try await Self.expect([existing] + waited.written.map { records[$0] }, in: table)
        }
    }

    @Test func `a reservation that others keep back again and again is written alone in its turn`() async throws {
        try await TestTable.with { table in
            // Each with a counter of its own.
            let records = try (0..<6).map { number in
                let id = try #require(StackID("stack-000000000000000\(number)"))
                return StackRecord.sample(id: id, user: Int64(number + 1), nodePort: 30001 + number)
            }
            let waited = try await Self.reserve(records, table) { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                guard Self.reservationCount(request) > 1 else { return .forward }
                let keys = Self.partitions(request)
                // A conflict of the last one's row.
                return ConflictTests.conflict(at: keys.lastIndex { $0.hasPrefix("STACKS#") }, of: keys.count)
            }
            #expect(waited.written.count == 6)
            try await Self.expect(records, in: table)
            // Two in vain at most before one is written.
            let runs = waited.sizes.split(separator: 1, omittingEmptySubsequences: false).map(\.count)
            #expect(runs.count == 7 && runs.allSatisfy { $0 <= 2 }, "\(runs)")
        }
    }

    /// - Parameter contended: the first writes for all, the others wait for it.
    @Test(arguments: [0, 3])
    func `a reservation whose own item meets conflicts keeps no other waiting`(contended: Int) async throws {
        try await TestTable.with { table in
            let records = Self.records(6)
            let count = ItemKey.user(Int64(contended + 1))
            let isContended = Observed(true)
            var others: Task<Void, Never>?
            let waited = try await Self.reserve(
                records,
                table,
                fate: { request in
                    guard request.operation == "TransactWriteItems", isContended.value else { return .forward }
                    let keys = Self.partitions(request)
                    guard keys.contains(count) else { return .forward }
                    // The count is after the lock, which has the same partition.
                    return ConflictTests.conflict(at: keys.lastIndex(of: count), of: keys.count)
                },
                meanwhile: { started in
                    others = Task {
                        for index in started.indices where index != contended { _ = await started[index].result }
                        isContended.update { $0 = false }
                    }
                }
            )
            await others?.value
            // The conflicts last until the others are written, and end before the time of the contended one does.
            #expect(waited.written.count == 6, "\(waited.errors)")
            #expect(waited.sizes.prefix { $0 > 1 } == [6, 5] && waited.sizes.dropFirst(2).allSatisfy { $0 == 1 }, "\(waited.sizes)")
            try await Self.expect(records, in: table)
        }
    }

    /// - Parameter position: of the item with the conflict; from the end if negative.
    @Test(arguments: [0, 3, -1, -2])
    func `a conflict is met again by all that it concerns`(position: Int) async throws {
        try await TestTable.with { table in
            let transactions = Mutex(0)
            let pauses = Mutex(0)
            let contention = Contention.quick { _ in pauses.withLock { $0 += 1 } }
            let store = DynamoDBStackStore(client: table.client, table: table.name, contention: contention)
            let records = Self.records(6)
            let waited = try await Self.reserve(records, table, with: store) { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                guard Self.next(transactions) <= 3 else { return .forward }
                let count = Self.itemCount(request)
                return ConflictTests.conflict(at: position < 0 ? count + position : position, of: count)
            }
            #expect(waited.written.count == 6)
            let concerned = waited.sizes.prefix(3).reduce(0, +)
            switch position {
            case -1: #expect(pauses.withLock { $0 } == concerned, "the bound: everyone, in \(waited.sizes)")
            case -2: #expect((3...concerned).contains(pauses.withLock { $0 }), "a counter: all of its users, in \(waited.sizes)")
            default: #expect(pauses.withLock { $0 } == 3, "an item of its own: the first one, in \(waited.sizes)")
            }
            try await Self.expect(records, in: table)
        }
    }

    @Test func `a batch whose answer was lost is made once`() async throws {
        try await TestTable.with { table in
            let isDue = Mutex(true)
            let records = Self.records(6)
            let waited = try await Self.reserve(records, table) { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                return isDue.withLock { isDue in
                    defer { isDue = false }
                    return isDue ? .loseAnswer : .forward
                }
            }
            #expect(waited.written.count == 6 && waited.transactions.count == 2)
            let tokens = (table.proxy?.requests ?? []).suffix(2).compactMap { $0.body["ClientRequestToken"]?.text }
            #expect(Set(tokens).count == 1)
            try await Self.expect(records, in: table)
        }
    }

    @Test func `a batch that took effect without an answer is found record by record, and can be undone`() async throws {
        try await TestTable.with { table in
            let records = Self.records(6)
            let waited = try await Self.reserve(records, table) { $0.operation == "TransactWriteItems" ? .loseAnswer : .forward }
            for error in waited.errors {
                guard case .unreachable? = error as? StoreError else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            try await Self.expect(records, in: table)
            for record in records.dropFirst() {
                #expect(try await table.store.record(record.id) == record)
                #expect(try await table.store.beginDelete(record.id, ifUnchanged: nil, at: .after(1)) != nil)
                try await table.store.remove(record.id)
            }
            try await Self.expect([records[0]], in: table)
            try await table.store.reserve(records[1], within: Self.limits)
        }
    }

    @Test func `an answer that cannot be read leads each to what it has written`() async throws {
        try await TestTable.with { table in
            let records = Self.records(6)
            let copy = DynamoDBStackStore(client: table.client, table: table.name)
            let isDue = Mutex(true)
            // By the reservations that wait, after the answer.
            let reads = Mutex(0)
            let waited = try await Self.reserve(records, table) { request in
                if request.operation == "BatchGetItem" { reads.withLock { $0 += 1 } }
                guard request.operation == "TransactWriteItems", isDue.withLock({ $0 }) else { return .forward }
                isDue.withLock { $0 = false }
                // What the transaction would have done.
                for record in records { do { try await copy.reserve(record, within: Self.limits) } catch { Issue.record(error) } }
                reads.withLock { $0 = 0 }
                return .answer(status: 200, "]")
            }
            #expect(waited.written.count == 6)
            #expect(reads.withLock { $0 } == 6)
            try await Self.expect(records, in: table)
        }
    }

    /// - Parameter attempts: those of the client, which share a token.
    @Test(arguments: [("ThrottlingException", 3), ("AccessDeniedException", 1), ("ResourceNotFoundException", 1)])
    func `a failure that concerns the table is told to all, and nobody repeats it alone`(type: String, attempts: Int) async throws {
        try await TestTable.with { table in
            let log = RecordingLog()
            let store = DynamoDBStackStore(client: table.client, table: table.name, logger: log.logger)
            let waited = try await Self.reserve(Self.records(6), table, with: store) { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                return .answer(status: 400, #"{"__type": "com.amazonaws.dynamodb.v20120810#\#(type)", "message": "no"}"#)
            }
            #expect(waited.errors.count == 6 && waited.transactions.count == attempts)
            for error in waited.errors {
                guard case .unavailable? = error as? StoreError else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
            }
            // Each caller's error is logged by the service.
            #expect(log.lines.value.isEmpty)
            try await Self.expect([], in: table)
        }
    }

    @Test func `reservations of a throttled table are tried together again, after a pause`() async throws {
        try await TestTable.with { table in
            let transactions = Mutex(0)
            let pauses = Mutex(0)
            let contention = Contention.quick { _ in pauses.withLock { $0 += 1 } }
            let store = DynamoDBStackStore(client: table.client, table: table.name, contention: contention)
            let records = Self.records(6)
            let waited = try await Self.reserve(records, table, with: store) { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                let number = Self.next(transactions)
                // All others are back from their pauses, or were taken along.
                if number <= 3 { while store.turns.waitingCount < 5 { await Task.yield() } }
                guard number <= 2 else { return .forward }
                return ConflictTests.cancelled(Array(repeating: "ThrottlingError", count: Self.itemCount(request)))
            }
            #expect(waited.written.count == 6)
            // Those who came back too late for the second are in the third; without them a fourth writes the rest.
            #expect(waited.sizes.first == 6 && waited.sizes.count <= 4 && waited.sizes.dropFirst().contains { $0 > 3 }, "\(waited.sizes)")
            // Whoever was in a throttled transaction, after each of them.
            #expect(pauses.withLock { $0 } == waited.sizes.prefix(2).reduce(0, +))
            try await Self.expect(records, in: table)
        }
    }

    @Test func `a reservation that DynamoDB does not accept harms no other, and one line tells of it`() async throws {
        try await TestTable.with { table in
            let records = Self.records(6)
            let bad = records[3].id.description
            let log = RecordingLog()
            let store = DynamoDBStackStore(client: table.client, table: table.name, logger: log.logger)
            let waited = try await Self.reserve(records, table, with: store) { request in
                guard request.operation == "TransactWriteItems", "\(request.body)".contains(bad) else { return .forward }
                return .answer(status: 400, #"{"__type": "com.amazon.coral.validate#ValidationException", "message": "too large"}"#)
            }
            #expect(waited.written == [0, 1, 2, 4, 5])
            guard case .unavailable? = waited.errors[3] as? StoreError else {
                Issue.record("\(String(describing: waited.errors[3]))")
                return
            }
            try await Self.expect(waited.written.map { records[$0] }, in: table)
            let line = try #require(log.lines.value.first)
            #expect(log.lines.value.count == 1 && line.level == .warning)
            #expect(line.fields["stack_ids"] == .array(records.map { "\($0.id)" }))
            #expect(line.metadata["error"]?.contains("too large") == true)
        }
    }

    @Test func `a caller that leaves while it waits disturbs no other`() async throws {
        try await TestTable.with { table in
            let records = Self.records(6)
            let waited = try await Self.reserve(records, table, meanwhile: { $0[2].cancel() })
            #expect(waited.written == [0, 1, 3, 4, 5])
            #expect(waited.errors[2] is CancellationError && waited.transactions.count == 1)
            try await Self.expect(waited.written.map { records[$0] }, in: table)
        }
    }

    /// - Parameter leaving: the first writes for all, the others wait for it.
    @Test(arguments: [0, 2])
    func `a caller that leaves during the transaction of all disturbs no other`(leaving: Int) async throws {
        try await TestTable.with { table in
            let records = Self.records(6)
            let tasks = Mutex<[Task<Void, any Error>]>([])
            let waited = try await Self.reserve(
                records,
                table,
                fate: { request in
                    if request.operation == "TransactWriteItems" { tasks.withLock { $0[leaving].cancel() } }
                    return .forward
                },
                meanwhile: { started in tasks.withLock { $0 = started } }
            )
            #expect(waited.written == [0, 1, 2, 3, 4, 5])
            try await Self.expect(records, in: table)
        }
    }

    @Test func `a caller that left while its transaction was refused because of another makes no further one`() async throws {
        try await TestTable.with { table in
            var records = Self.records(6)
            // The port of a stack that is there already.
            records[3] = .sample(user: 4, key: "K3", nodePort: 31001)
            let tasks = Mutex<[Task<Void, any Error>]>([])
            let waited = try await Self.reserve(
                records,
                table,
                fate: { request in
                    if request.operation == "TransactWriteItems" { tasks.withLock { $0[0].cancel() } }
                    return .forward
                },
                meanwhile: { started in tasks.withLock { $0 = started } }
            )
            #expect(waited.errors[0] is CancellationError, "\(waited.errors)")
            #expect(waited.refusal(3) == .portsTaken([31001]))
            #expect(waited.written == [1, 2, 4, 5] && waited.sizes == [6, 4], "\(waited.sizes)")
            try await Self.expect([1, 2, 4, 5].map { records[$0] }, in: table)
        }
    }
}
