import DynamoDB
import FoundationEssentials
import GRDB
import Stacks
import TestSupport
import Testing

@testable import StackStoreDynamoDB
@testable import StackStoreSQLite

extension StackStore {
    /// Writes something into a stored record that no version of the program writes, past the store itself.
    func spoil(_ id: StackID, _ attribute: String, _ value: DynamoDB.AttributeValue) async throws {
        if let store = self as? SQLiteStackStore {
            let text: String? =
                switch value {
                case .s(let text), .n(let text): text
                default: nil
                }
            try await store.database.write { database in
                try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
                let table = ["container_port", "protocol", "node_port"].contains(attribute) ? "ports" : "stacks"
                try database.execute(sql: "UPDATE \(table) SET \(attribute) = ? WHERE stack_id = ?", arguments: [text, id.description])
            }
            // As at the next start: nobody else writes the file while it is open.
            try store.load()
        } else if let store = self as? DynamoDBStackStore {
            var item = try #require(try await store.rows([ItemKey.stack(id)], consistentRead: true).first)
            item[attribute] = value
            _ = try await store.client.putItem(DynamoDB.PutItemInput(item: item, tableName: store.table))
        }
    }
}

extension StoreConformance {
    @Suite struct UnreadableTests {
        static let flaws: [(attribute: String, value: DynamoDB.AttributeValue)] = [
            ("protocol", .s("SCTP")), ("state", .s("asleep")), ("node_port", .n("70000")), ("container_port", .n("0")),
            ("user_id", .n("-1")), ("cpu_milli", .n("-1")), ("expires_at", .n("-1")), ("created_at", .n("9223372036854775807")),
            ("node_id", .s("../nodes")), ("request_digest", .s("alone")), ("egress", .s("everywhere")), ("failure_reason", .s("alone")),
        ]

        @Test(arguments: StoreFactory.all)
        func `one record that cannot be read hides none of the others, and is named`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                var spoiled: [StackID] = []
                for (number, flaw) in Self.flaws.enumerated() {
                    let record = try await store.add(.sample(number, user: 7, lifetime: 1), state: .active)
                    try await store.spoil(record.id, flaw.attribute, flaw.value)
                    spoiled.append(record.id)
                }
                let healthy = try await store.add(.sample(100, user: 7, lifetime: 2), state: .active)
                for read in [try await store.records(), try await store.records(ofUser: 7)] { #expect(read.records == [healthy]) }
                let read = try await store.records()
                #expect(Set(read.unreadable.compactMap(\.id)) == Set(spoiled))
                #expect(read.ids == Set(spoiled + [healthy.id]))
                for (number, flaw) in Self.flaws.enumerated() {
                    let reason = read.unreadable.first { $0.id == spoiled[number] }?.reason
                    #expect(reason?.contains(spoiled[number].description) == true && reason?.contains(flaw.attribute) == true)
                    await #expect(throws: StoreError.self) { _ = try await store.record(spoiled[number]) }
                    await #expect(throws: StoreError.self) {
                        _ = try await store.beginDelete(spoiled[number], ifUnchanged: nil, at: .start)
                    }
                }
                await #expect(throws: StoreError.self) { _ = try await store.allRecords() }

                // The others go on.
                try await store.add(.sample(101, user: 8))
                try await store.drop(healthy.id)
                #expect(try await store.records().records.map(\.id) == [.numbered(101)])
            }
        }

        @Test(arguments: StoreFactory.all)
        func `a reservation is refused for a place that an unreadable record may hold`(factory: StoreFactory) async throws {
            try await factory.withStore { store in
                let record = try await store.add(.sample(1, key: "K"), state: .active)
                try await store.spoil(record.id, "node_id", .s(""))
                #expect(try await store.refusal(of: .sample(2, problem: record.problemID)) == .stackExists(record.id))
                #expect(try await store.refusal(of: .sample(2, port: record.nodePort)) == .portsTaken([record.nodePort]))
                await #expect(throws: StoreError.self) { _ = try await store.refusal(of: .sample(2, key: "K")) }
            }
        }

        @Test func `a row whose id is no id is told as such`() async throws {
            try await withSQLiteStore { store in
                let record = try await store.add(.sample(1), state: .active)
                try await store.spoil(record.id, "stack_id", .s("stack-x"))
                let read = try await store.records()
                #expect(read.records.isEmpty && read.unreadable.map(\.id) == [nil] && read.ids == nil)
                #expect(read.unreadable.first?.reason == "row \"stack-x\" of stacks cannot be read: stack_id is no id")
            }
        }
    }
}
