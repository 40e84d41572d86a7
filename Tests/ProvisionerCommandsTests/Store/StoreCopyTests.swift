import DynamoDB
import DynamoDBTestSupport
import Foundation
import PodPolicy
import StackStoreDynamoDB
import StackStoreSQLite
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import ProvisionerCommands

@Suite struct StoreCopyTests {
    /// Stacks in every state, with and without what is optional.
    private static func records(_ count: Int) throws -> [StackRecord] {
        try (0..<count).map { index in
            let start = Date(microseconds: 1_790_000_000_000_000 + Int64(index))
            let digits = String(index + 1, radix: 16)
            var record = StackRecord(
                id: try #require(StackID("stack-" + String(repeating: "0", count: 16 - digits.count) + digits)),
                userID: index % 5 == 0 ? nil : Int64(index / 3 + 1),
                problemID: index % 5 == 0 ? nil : Int64(index + 1),
                state: StackRecord.State.allCases[index % 3],
                owner: "replica-\(index)",
                idempotency: index.isMultiple(of: 2) ? Idempotency(key: "key-\(index)", digest: "digest") : nil,
                namespace: "stacks",
                podSpec: "spec \(index)",
                ports: (0...index % 4).map { number in
                    let exposed = ExposedPort(containerPort: 8080 + number, protocol: .udp, name: index.isMultiple(of: 4) ? "game" : nil)
                    return PortMapping(exposed, nodePort: 30000 + 24 * index + number)
                },
                egress: index.isMultiple(of: 2) ? .internet : .none,
                nodeID: index % 3 == 0 ? nil : "node-1",
                requestedCPUMilli: 100,
                requestedMemoryBytes: 1 << 20,
                createdAt: start,
                updatedAt: start.addingTimeInterval(1),
                expiresAt: start.addingTimeInterval(7200)
            )
            let failure = StackFailure(reason: "Unschedulable", message: "no node")
            if index % 7 == 6 { record.fail(failure, expiresAt: record.expiresAt, at: record.updatedAt) }
            return record
        }
    }

    private static func fill(_ store: any StackStore, _ records: [StackRecord]) async throws {
        for record in records { try await store.reserve(record, within: ReservationLimits(stacksPerUser: 10, budget: nil)) }
    }

    private static func withSQLite(_ body: (SQLiteStackStore, String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer {
            // The folder of a test is no concern of its outcome.
            try? FileManager.default.removeItem(at: folder)
        }
        let path = folder.appending(path: "stacks.sqlite").path
        let store = try SQLiteStackStore(path: path)
        try await body(store, path)
        try store.close()
    }

    @Test func `a copy holds every stack in its state, and repeats safely`() async throws {
        try await Self.withSQLite { source, _ in
            try await Self.withSQLite { target, _ in
                let records = try Self.records(40)
                try await Self.fill(source, records)
                // An earlier attempt came this far.
                try await Self.fill(target, Array(records.prefix(7)))
                #expect(try await StoreCopy(source: source, target: target).run() == 40)
                #expect(try await target.allRecords() == records)
                #expect(try await target.installationID() == source.installationID())
                #expect(try await StoreCopy(source: source, target: target).run() == 40)
            }
        }
    }

    @Test func `a target with other stacks is left alone`() async throws {
        try await Self.withSQLite { source, _ in
            try await Self.withSQLite { target, _ in
                let records = try Self.records(3)
                try await Self.fill(source, Array(records.prefix(2)))
                try await Self.fill(target, [records[2]])
                let message = "the target holds stack-0000000000000003, which the source does not have; copy into an empty store"
                await #expect(throws: StoreCopy.Refusal(message: message)) { try await StoreCopy(source: source, target: target).run() }
                #expect(try await target.allRecords() == [records[2]])
            }
        }
    }

    @Test func `a target in which a stack has gone on living is left alone`() async throws {
        try await Self.withSQLite { source, _ in
            try await Self.withSQLite { target, _ in
                let records = try Self.records(2)
                try await Self.fill(source, records)
                try await Self.fill(target, [records[0]])
                _ = try await target.beginDelete(records[0].id, ifUnchanged: nil, at: Date(microseconds: 1_790_000_100_000_000))
                let message = "the target holds stack-0000000000000001, but not as the source has it; copy into an empty store"
                await #expect(throws: StoreCopy.Refusal(message: message)) { try await StoreCopy(source: source, target: target).run() }
            }
        }
    }

    /// Runs a copy, and `body` while its first stack is about to be written.
    private static func whileCopying(
        _ source: any StackStore,
        into target: any StackStore,
        _ body: () async throws -> Void
    ) async throws -> Int {
        let held = ScriptedStore(target)
        held.script.update { $0.held = [.reserve] }
        async let count = StoreCopy(source: source, target: held).run()
        try await held.script.wait { $0.begun[.reserve] == 1 }
        try await body()
        held.script.update { $0.held = [] }
        return try await count
    }

    @Test func `a source that changes during the copy is told`() async throws {
        try await Self.withSQLite { source, _ in
            try await Self.withSQLite { target, _ in
                let records = try Self.records(2)
                try await Self.fill(source, [records[0]])
                let error = await #expect(throws: StoreCopy.Refusal.self) {
                    try await Self.whileCopying(source, into: target) { try await Self.fill(source, [records[1]]) }
                }
                #expect(error?.message.hasPrefix("the stores differ after the copy") == true)
            }
        }
    }

    @Test func `a target that refuses a stack says which and why`() async throws {
        try await Self.withSQLite { source, _ in
            try await Self.withSQLite { target, _ in
                let records = try Self.records(2)
                try await Self.fill(source, [records[0]])
                var other = records[1]
                other.ports[0].nodePort = records[0].nodePort
                let error = await #expect(throws: StoreCopy.Refusal.self) {
                    try await Self.whileCopying(source, into: target) { try await Self.fill(target, [other]) }
                }
                let expected = "the target refuses stack-0000000000000001: another stack has its node port 30000"
                #expect(error?.message.hasPrefix(expected) == true)
            }
        }
    }

    @Test(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
    func `from SQLite to DynamoDB and back nothing is lost`() async throws {
        try await TestTable.with { table in
            try await Self.withSQLite { first, _ in
                try await Self.withSQLite { last, _ in
                    let records = try Self.records(130)
                    try await Self.fill(first, records)
                    #expect(try await StoreCopy(source: first, target: table.store).run() == 130)
                    #expect(try await StoreCopy(source: table.store, target: last).run() == 130)
                    #expect(try await last.allRecords() == records)
                    // What was copied is held: locks, counts and ports.
                    await #expect(throws: ReservationRefusal.stackExists(records[1].id)) {
                        var again = records[1]
                        again.idempotency = nil
                        try await table.store.reserve(again, within: ReservationLimits(stacksPerUser: 10, budget: nil))
                    }
                }
            }
        }
    }

    @Test func `a file that another process has open is refused`() async throws {
        try await Self.withSQLite { _, path in
            await #expect(throws: SQLiteStoreError.self) { try await StoreAddress.sqlite(path: path).withStore(environment: [:]) { _ in } }
        }
    }

    @Test(.enabled(if: TestTable.endpoint?.hasPrefix("http") == true, "TEST_DYNAMODB_ENDPOINT is no URL"))
    func `a table that a replica uses is refused until the replica has ended`() async throws {
        let environment = [
            "AWS_ENDPOINT_URL_DYNAMODB": try #require(TestTable.endpoint), "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        ]
        try await TestTable.with { table in
            let address = StoreAddress.dynamodb(table: table.name)
            #expect(try await table.store.heartbeat(of: "replica-a", at: Date()) == nil)
            await #expect(throws: StoreCopy.Refusal.activeReplicas(["replica-a"], table: table.name)) {
                try await address.withStore(environment: environment) { _ in }
            }
            try await table.store.endHeartbeat(of: "replica-a")
            try await address.withStore(environment: environment) { store in
                let records = try await store.allRecords()
                #expect(records.isEmpty)
            }
        }
    }

    @Test(arguments: [
        ("sqlite:var/a:b.sqlite", "sqlite:var/a:b.sqlite"), ("dynamodb:t", "dynamodb:t"), ("sqlite:", nil), ("postgres:x", nil), ("x", nil),
    ])
    func `a store's address is its kind and its place`(text: String, expected: String?) {
        #expect(StoreAddress(argument: text)?.description == expected)
    }
}
