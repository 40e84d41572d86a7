import DynamoDB
import DynamoDBTestSupport
import FoundationEssentials
import PodPolicy
import Stacks
import Testing

@testable import StackStoreDynamoDB

@Suite struct SeveralPortsTests {
    private static func record(_ nodePorts: [Int], user: Int64? = 101, key: String? = "K") -> StackRecord {
        var record = StackRecord.sample(key: key)
        (record.userID, record.problemID) = (user, user)
        record.ports = nodePorts.enumerated().map { index, nodePort in
            PortMapping(ExposedPort(containerPort: 8080 + index, protocol: index.isMultiple(of: 2) ? .tcp : .udp), nodePort: nodePort)
        }
        return record
    }

    private static func keys(_ items: [DynamoDB.TransactWriteItem]) -> [DynamoDB.Item] {
        items.compactMap { item in
            (item.put?.item ?? item.update?.key ?? item.delete?.key)?.filter { ["pk", "sk"].contains($0.key) }
        }
    }

    @Test(arguments: [nil, 101] as [Int64?])
    func `a transaction with 24 ports has far fewer than 100 items, and none of them twice`(user: Int64?) {
        let record = Self.record(Array(30000..<30024), user: user)
        var failed = record
        failed.fail(StackFailure(reason: "a", message: "b"), expiresAt: .after(120), at: .after(1))
        let owned = user == nil ? 0 : 2
        let bound = CapacityChange.add(to: .zero).write(adding: record.requested, in: "t")
        for (items, count) in [
            (record.reservation(stacksPerUser: 5, in: "t") + [bound], 28 + owned),
            (record.removal(in: .deleting, in: "t"), 27 + owned),
            (record.failing(as: failed, in: "t"), 27 + owned + (user == nil ? 0 : 1)),
            (failed.removal(in: .failed, in: "t"), user == nil ? 1 : 2),
            (failed.reservation(stacksPerUser: 5, in: "t"), user == nil ? 1 : 2),
        ] {
            #expect(items.count == count)
            #expect(Set(Self.keys(items)).count == count)
        }
    }

    @Test func `a port twice, too many ports and half an owner are no record`() {
        let flaws: [(String, (inout StackRecord) -> Void)] = [
            ("node_port 30001 stands twice", { $0.ports[1].nodePort = 30001 }),
            ("container_port 8080 (TCP) stands twice", { $0.ports[1].exposed = $0.ports[0].exposed }),
            ("the number of ports is 0", { $0.ports = [] }),
            ("the number of ports is 25", { $0.ports = Self.record(Array(30000..<30025)).ports }),
            ("of user_id and problem_id there is only one", { $0.problemID = nil }),
            ("node_port is 0", { $0.ports[0].nodePort = 0 }),
            (
                "failure_reason is missing",
                {
                    $0.state = .failed; $0.ports[0].nodePort = 0; $0.ports[1].nodePort = 0
                }
            ),
            ("failure_reason belongs to another state", { $0.failure = StackFailure(reason: "a", message: "b") }),
        ]
        for (sentence, spoil) in flaws {
            var record = Self.record([30001, 30002])
            spoil(&record)
            #expect(record.flaw == sentence)
        }
        #expect(Self.record([30001, 30002]).flaw == nil)
    }

    @Test func `a list of ports that cannot be read names the row`() {
        let record = Self.record([30001, 30002])
        for (ports, words) in [
            (.l([.s("x")]), "ports is"), (.s("x"), "ports is"), (.l([.m(["node_port": .n("1")])]), "container_port is missing"),
        ] as [(DynamoDB.AttributeValue, String)] {
            var item = record.item
            item["ports"] = ports
            let error = #expect(throws: StoreError.self) { _ = try StackRecord(item) }
            #expect(error?.description.contains("\(record.id) cannot be read: \(words)") == true, "\(error?.description ?? "")")
        }
    }

    @Test(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
    func `the audit knows several ports, stacks without an owner and failed ones`() async throws {
        try await TestTable.with(mayScan: true) { test in
            let store = test.store
            let table = StackTable(client: test.client, name: test.name, pause: { _ in })
            let records = [
                Self.record(Array(30000..<30024), user: 7), Self.record([30100, 30101], user: nil, key: nil),
                Self.record([30200, 30201], user: 8, key: "K8"), Self.record([30300], user: nil, key: "K9"),
            ]
            for record in records { try await store.reserve(record, within: .wide) }
            #expect(try await table.audit() == StackTable.Audit())
            let failure = StackFailure(reason: "Unschedulable", message: "no node")
            for record in records.suffix(2) { try await store.fail(record.id, failure: failure, expiresAt: .after(120), at: .after(1)) }
            #expect(try await table.audit() == StackTable.Audit())
            #expect(try await store.counterDiscrepancies() == [])

            // The row of a stack with several ports is deleted by hand: each of its ports is found and freed.
            _ = try await test.client.deleteItem(DynamoDB.DeleteItemInput(key: ItemKey.stack(records[1].id), tableName: test.name))
            let found = try await table.audit().discrepancies
            #expect(found.contains(.dangling(pk: "PORT#30100", sk: "PORT", holder: records[1].id)))
            #expect(found.contains(.dangling(pk: "PORT#30101", sk: "PORT", holder: records[1].id)))
            #expect(Set(try await table.repair(found)) == Set(found))
            #expect(try await table.audit() == StackTable.Audit())
            for record in records {
                _ = try await store.beginDelete(record.id, ifUnchanged: nil, at: .after(2))
                try await store.remove(record.id)
            }
            #expect(try await store.allRecords().isEmpty)
            #expect(try await table.audit() == StackTable.Audit())
        }
    }

    @Test(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
    func `a reservation without an owner whose answer was lost is found by its ports`() async throws {
        try await TestTable.with { test in
            guard let proxy = test.proxy else { return }
            let store = DynamoDBStackStore(client: test.client, table: test.name, contention: .quick())
            let record = Self.record([30001, 30002], user: nil, key: nil)
            let cancelled = #"""
                {"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "Message": "cancelled",
                 "CancellationReasons": [{"Code": "TransactionConflict", "Message": "ongoing"}]}
                """#
            proxy.setFate { request in
                guard request.operation == "TransactWriteItems" else { return .forward }
                proxy.setFate { _ in .forward }
                // The write takes effect by way of another replica's client; this caller hears of a conflict.
                do { try await test.store.reserve(record, within: .wide) } catch { Issue.record(error) }
                return .answer(status: 400, cancelled)
            }
            try await store.reserve(record, within: .wide)
            #expect(try await store.allRecords() == [record])
        }
    }
}
