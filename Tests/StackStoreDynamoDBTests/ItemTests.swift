import DynamoDB
import FoundationEssentials
import PodPolicy
import Stacks
import Testing

@testable import StackStoreDynamoDB

@Suite struct ItemTests {
    @Test(arguments: [StackRecord.State.reserved, .active, .deleting])
    func `a record survives the way into an item and back`(state: StackRecord.State) throws {
        var record = StackRecord.sample(key: "again")
        record.state = state
        record.nodeID = state == .reserved ? nil : "node-1"
        record.podSpec = ""
        #expect(try StackRecord(record.item) == record)
        record.idempotency = nil
        record.ports[0].exposed.name = nil
        #expect(try StackRecord(record.item) == record)
    }

    @Test func `an item that cannot be read is named, with the attribute`() {
        let record = StackRecord.sample()
        var item = record.item
        item["state"] = .s("asleep")
        func refusal(_ reason: String) -> StoreError {
            let key = item["pk"].map { "\($0)".dropFirst(3).dropLast(2) } ?? ""
            let sentence = "item \(key) / \(record.id) cannot be read: \(reason)"
            return .unreadable(UnreadableRecord(id: record.id, reason: sentence))
        }
        #expect(throws: refusal("state is s(\"asleep\")")) { try StackRecord(item) }
        item["state"] = nil
        #expect(throws: refusal("state is missing")) { try StackRecord(item) }
        item = record.item
        item["idempotency_key"] = .n("1")
        #expect(throws: refusal("idempotency_key is n(\"1\")")) { try StackRecord(item) }
        item["idempotency_key"] = .s("key")
        #expect(throws: refusal("of idempotency_key and request_digest there is only one")) { try StackRecord(item) }
    }

    @Test func `a row under the key of another is not read as that one`() throws {
        let record = StackRecord.sample(id: .sample())
        let other = ItemKey.stack(.sample())
        let moved = record.item.merging(other) { _, key in key }
        let error = #expect(throws: StoreError.self) { _ = try StackRecord(moved) }
        if case .unreadable(let unreadable) = error {
            #expect(unreadable.id.map { .s($0.description) } == other["sk"])
        } else {
            Issue.record("found \(String(describing: error))")
        }
    }

    @Test func `keys are what the documentation shows`() throws {
        let id = try #require(StackID("stack-00000000000000fb"))
        func text(_ key: DynamoDB.Item) -> [DynamoDB.AttributeValue?] { [key["pk"], key["sk"]] }
        #expect(text(ItemKey.stack(id)) == [.s("STACKS#3"), .s("stack-00000000000000fb")])
        #expect(text(ItemKey.lock(user: 101, problem: 1001)) == [.s("USER#101"), .s("PROBLEM#1001")])
        #expect(text(ItemKey.count(user: 101)) == [.s("USER#101"), .s("COUNT")])
        #expect(text(ItemKey.port(30001)) == [.s("PORT#30001"), .s("PORT")])
        #expect(text(ItemKey.idempotency("K")) == [.s("KEY#K"), .s("KEY")])
        #expect(text(ItemKey.capacity(id)) == [.s("CAPACITY"), .s("27")])
        #expect(text(ItemKey.replica("r")) == [.s("REPLICA"), .s("r")])
    }

    @Test func `random ids spread evenly over shards`() {
        var stacks: [DynamoDB.AttributeValue: Int] = [:]
        var capacities: [DynamoDB.AttributeValue: Int] = [:]
        for _ in 0..<32_000 {
            let id = StackID.sample()
            if let shard = ItemKey.stack(id)["pk"] { stacks[shard, default: 0] += 1 }
            if let shard = ItemKey.capacity(id)["sk"] { capacities[shard, default: 0] += 1 }
        }
        #expect(stacks.count == 8 && stacks.values.allSatisfy { (3500...4500).contains($0) })
        #expect(capacities.count == 32 && capacities.values.allSatisfy { (800...1200).contains($0) })
    }

    @Test func `no transaction names an item twice`() {
        let record = StackRecord.sample(key: "K")
        for items in [record.reservation(stacksPerUser: 5, in: "t"), record.removal(in: .deleting, in: "t")] {
            let keys = items.compactMap { item -> DynamoDB.Item? in
                let key = item.put?.item ?? item.update?.key ?? item.delete?.key
                return key?.filter { ["pk", "sk"].contains($0.key) }
            }
            #expect(keys.count == 6)
            #expect(Set(keys).count == 6)
        }
    }
}
