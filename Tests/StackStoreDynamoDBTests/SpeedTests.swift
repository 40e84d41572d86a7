import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import Logging
import Stacks
import Testing

@testable import StackStoreDynamoDB

/// Measures operations beside their floor, and prints what docs/dynamodb.md quotes. Only on request:
/// `DYNAMODB_TRANSACTION_MS=2 scripts/dynamodb-server 8000 &`, then
/// `TEST_DYNAMODB_LOAD=1 TEST_DYNAMODB_ENDPOINT=http://127.0.0.1:8000 swift test --filter SpeedTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["TEST_DYNAMODB_LOAD"] == "1", "TEST_DYNAMODB_LOAD is unset"))
struct SpeedTests {
    private static let spec = String(repeating: "x", count: 1500)
    private static let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1 << 40, memoryBytes: 1 << 60))

    /// Runs `body` with a table, and a client that talks to the endpoint without the proxy.
    private static func direct(_ body: @escaping @Sendable (TestTable, DynamoDB, DynamoDBStackStore) async throws -> Void) async throws {
        try await TestTable.with { table in
            guard let endpoint = TestTable.endpoint, table.proxy != nil else { return }
            var configuration = try DynamoDB.Configuration(
                region: "us-east-1",
                endpoint: endpoint,
                credentials: AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
            )
            configuration.attemptTimeout = .seconds(60)
            configuration.operationTimeout = .seconds(120)
            let client = DynamoDB(configuration: configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            do { try await body(table, client, DynamoDBStackStore(client: client, table: table.name)) } catch {
                try await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }
    }

    private static func record(_ number: Int) -> StackRecord {
        .sample(user: Int64(number / 5 + 1), problem: Int64(number + 1), podSpec: spec, nodePort: 30000 + number)
    }

    /// A transaction of as many items and bytes as that of a reservation.
    private static func bareTransaction(_ number: Int, in table: String) -> DynamoDB.TransactWriteItemsInput {
        let texts = ["row \(spec)", "lock", "port", "count", "counter", "capacity"]
        let puts = texts.enumerated().map { index, text in
            let item: DynamoDB.Item = ["pk": .s("BARE#\(number)#\(index)"), "sk": .s("x"), "text": .s(text)]
            return DynamoDB.Put(conditionExpression: "attribute_not_exists(pk)", item: item, tableName: table)
        }
        return DynamoDB.TransactWriteItemsInput(transactItems: puts.map { DynamoDB.TransactWriteItem(put: $0) })
    }

    /// The very writes of a reservation, of items that no other transaction has.
    private static func sameWrites(_ number: Int, in table: String) -> DynamoDB.TransactWriteItemsInput {
        let record = record(number)
        func own(_ item: DynamoDB.Item) -> DynamoDB.Item {
            guard case .s(let partition)? = item["pk"] else { return item }
            return item.merging(["pk": .s("SAME#\(number)#\(partition)")]) { $1 }
        }
        var bound = CapacityChange.set(version: nil, record.requested).write(adding: record.requested, in: table)
        bound.update?.updateExpression = "ADD cpu_milli :cpu, memory_bytes :memory"
        bound.update?.expressionAttributeValues?[":next"] = nil
        let writes = (record.reservation(stacksPerUser: 5, in: table) + [bound]).map { write in
            var write = write
            if let put = write.put { write.put?.item = own(put.item) }
            if let update = write.update { write.update?.key = own(update.key) }
            return write
        }
        return DynamoDB.TransactWriteItemsInput(transactItems: writes)
    }

    private static func bareUpdate(_ number: Int, in table: String) -> DynamoDB.UpdateItemInput {
        DynamoDB.UpdateItemInput(
            expressionAttributeValues: [":text": .s("active")],
            key: ["pk": .s("BARE#\(number)#0"), "sk": .s("x")],
            returnValues: .allNew,
            tableName: table,
            updateExpression: "SET node = :text"
        )
    }

    private static func median(_ times: [Duration]) -> String { "\(milliseconds(times.sorted()[times.count / 2])) ms" }

    private static func milliseconds(_ duration: Duration) -> Double {
        (duration / .milliseconds(1) * 10).rounded() / 10
    }

    @Test func `one operation after the other, beside the bare writes`() async throws {
        try await Self.direct { table, client, store in
            var times: [String: [Duration]] = [:]
            func measure(_ what: String, _ body: () async throws -> Void) async throws {
                times[what, default: []].append(try await ContinuousClock().measure(body))
            }
            for number in 0..<60 {
                let record = Self.record(number)
                try await measure("bare TransactWriteItems") {
                    _ = try await client.transactWriteItems(Self.bareTransaction(number, in: table.name))
                }
                try await measure("bare TransactWriteItems of the same writes") {
                    _ = try await client.transactWriteItems(Self.sameWrites(number, in: table.name))
                }
                try await measure("bare UpdateItem") { _ = try await client.updateItem(Self.bareUpdate(number, in: table.name)) }
                try await measure("reserve") { try await store.reserve(record, within: Self.limits) }
                try await measure("activate") {
                    _ = try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: .after(1))
                }
                try await measure("record") { _ = try await store.record(record.id) }
                try await measure("refused reservation") {
                    await #expect(throws: ReservationRefusal.self) { try await store.reserve(Self.record(number), within: Self.limits) }
                }
            }
            for (what, times) in times.sorted(by: { $0.key < $1.key }) { print("speed: \(what): median \(Self.median(times))") }
        }
    }

    @Test func `reservations and activations, 32 at once, beside the bare writes`() async throws {
        try await Self.direct { table, client, store in
            let count = 256
            func rate(_ what: String, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
                let started = ContinuousClock.now
                try await withThrowingTaskGroup(of: Void.self) { group in
                    var numbers = (0..<count).makeIterator()
                    func startNext() {
                        guard let number = numbers.next() else { return }
                        group.addTask { try await body(number) }
                    }
                    for _ in 0..<32 { startNext() }
                    while try await group.next() != nil { startNext() }
                }
                let seconds = (ContinuousClock.now - started) / .seconds(1)
                print("speed: 32 at once, \(what): \((Double(count) / seconds * 10).rounded() / 10) a second")
            }
            try await rate("bare transactions and updates") { number in
                _ = try await client.transactWriteItems(Self.bareTransaction(number, in: table.name))
                _ = try await client.updateItem(Self.bareUpdate(number, in: table.name))
            }
            try await rate("bare transactions of the same writes, and updates") { number in
                _ = try await client.transactWriteItems(Self.sameWrites(number, in: table.name))
                _ = try await client.updateItem(Self.bareUpdate(number, in: table.name))
            }
            try await rate("reservations and activations") { number in
                let record = Self.record(number)
                try await store.reserve(record, within: Self.limits)
                _ = try await store.activate(record.id, owner: record.owner, nodeID: "node-1", at: .after(1))
            }
        }
    }

    @Test(arguments: [20, 80, 2700])
    func `a list beside one paged query of the same bytes`(count: Int) async throws {
        try await Self.direct { table, client, store in
            let items = (0..<count).map { number in
                var record = Self.record(number)
                record.state = .active
                return record.item
            }
            for rows in [items, items.map { $0.merging(["pk": .s("BARE")]) { _, new in new } }] {
                for item in rows { _ = try await client.putItem(DynamoDB.PutItemInput(item: item, tableName: table.name)) }
            }
            var (lists, queries): ([Duration], [Duration]) = ([], [])
            for _ in 0..<(count > 1000 ? 3 : 11) {
                var (listed, queried) = (0, 0)
                lists.append(try await ContinuousClock().measure { listed = try await store.records().records.count })
                queries.append(try await ContinuousClock().measure { queried = try await store.items(in: .init("BARE")).count })
                #expect(listed == count && queried == count)
            }
            print("speed: list of \(count): median \(Self.median(lists)); one query: \(Self.median(queries))")
        }
    }
}
