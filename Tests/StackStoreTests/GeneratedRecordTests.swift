import DynamoDB
import FoundationEssentials
import GRDB
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import StackStoreDynamoDB
@testable import StackStoreSQLite

/// Whatever stands in a database, reading it gives a record or an error, and what was read can be reckoned with.
@Suite struct GeneratedRecordTests {
    /// Around the limits of integers, of times and of ports.
    private static let numbers: [String] = {
        let limits: [Int128] = [0, 1, 65_535, 1 << 31, 1 << 53, 253_402_300_800_000_000, 1 << 63, 1 << 64, Int128.max - 1]
        var texts = ["", "+5", "-", "1e3", "0x10", "1.5", "NaN", String(repeating: "9", count: 41)]
        for limit in limits { texts += [String(limit - 1), String(limit), String(limit + 1), String(-limit)] }
        return texts
    }()

    private static let texts = [
        "", "stack-", "stack-0000000000000001", "active", "TCP", "node-1", "../x", "\u{0}", "😀", String(repeating: "a", count: 5000),
    ]

    private static func value(_ generator: inout SeededGenerator) -> DynamoDB.AttributeValue? {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: nil
        case 1: .null(true)
        case 2: .bool(false)
        case 3: .b(Data([0xff, 0xfe]))
        case 4: .l([.n("1"), .m(["node_port": .n("1")])])
        case 5: .m(["x": .s("y")])
        case 6, 7: .s(texts.randomElement(using: &generator) ?? "")
        default: .n(numbers.randomElement(using: &generator) ?? "")
        }
    }

    /// What the service does with every record that it reads.
    private static func reckon(with record: StackRecord) -> Int64 {
        var sum = ResourceAmount(cpuMilli: .max, memoryBytes: .max)
        sum += ResourceAmount(cpuMilli: record.requestedCPUMilli, memoryBytes: record.requestedMemoryBytes)
        _ = record.expiresAt.addingTimeInterval(7200).microseconds
        _ = (record.item, record.removal(in: record.state, in: "t"), record.nodePorts, StackRow(record))
        return sum.cpuMilli
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `a generated item is read or refused`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sample = StackRecord.sample(1, key: "K").item
        let names = sample.keys.sorted() + ["node_id", "port_name", "ports", "failure_reason"]
        var readable = 0
        for number in 0..<25_000 {
            var item = sample
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                guard let name = names.randomElement(using: &generator) else { continue }
                item[name] = Self.value(&generator)
            }
            do {
                #expect(Self.reckon(with: try StackRecord(item)) == .max, "seed \(seed), item \(number)")
                readable += 1
            } catch StoreError.unreadable(let record) {
                #expect(record.reason.utf8.count < 12_000, "seed \(seed), item \(number)")
            } catch {
                Issue.record("seed \(seed), item \(number): \(error)")
            }
        }
        #expect(readable > 100)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `a generated row is read or refused`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sample = Self.columns
        let names = sample.keys.sorted() + Self.portColumns.keys.sorted()
        var readable = 0
        for number in 0..<25_000 {
            var columns = sample
            var port = Self.portColumns
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                guard let name = names.randomElement(using: &generator) else { continue }
                if port.index(forKey: name) == nil { columns[name] = Self.column(&generator) } else { port[name] = Self.column(&generator) }
            }
            do {
                let record = try StackRow.decoded(Row(columns)).record(ports: [Row(port)])
                #expect(Self.reckon(with: record) == .max, "seed \(seed), row \(number)")
                readable += 1
            } catch StoreError.unreadable(let record) {
                #expect(record.reason.utf8.count < 12_000, "seed \(seed), row \(number)")
            } catch {
                Issue.record("seed \(seed), row \(number): \(error)")
            }
        }
        #expect(readable > 100)
    }

    private static var columns: [String: (any DatabaseValueConvertible)?] {
        let row = StackRow(.sample(1, key: "K"))
        return [
            "stack_id": row.stackID, "user_id": row.userID, "problem_id": row.problemID, "state": row.state, "owner": row.owner,
            "idempotency_key": row.idempotencyKey, "request_digest": row.requestDigest, "namespace": row.namespace,
            "pod_spec": row.podSpec, "egress": row.egress, "failure_reason": row.failureReason, "failure_message": row.failureMessage,
            "node_id": row.nodeID, "cpu_milli": row.cpuMilli, "memory_bytes": row.memoryBytes,
            "created_at": row.createdAt, "updated_at": row.updatedAt, "expires_at": row.expiresAt,
        ]
    }

    private static var portColumns: [String: (any DatabaseValueConvertible)?] {
        ["container_port": 8080, "protocol": "TCP", "name": nil, "node_port": 30001]
    }

    private static func column(_ generator: inout SeededGenerator) -> (any DatabaseValueConvertible)? {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: nil
        case 1: Data([0xff, 0xfe])
        case 2: [Double.nan, .infinity, -1e300, 9.3e18, 1.5, 0].randomElement(using: &generator)
        case 3: texts.randomElement(using: &generator)
        default: [Int64.min, -1, 0, 1, 65_535, 65_536, 1 << 31, 1 << 53, 253_402_300_800_000_000, .max].randomElement(using: &generator)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, 9.223372036854775807e12, -9.3e12])
    func `a moment far away is the farthest that can be kept`(seconds: Double) {
        let moment = Date(timeIntervalSince1970: seconds).microseconds
        #expect(seconds < 0 ? moment == .min : moment == .max)
    }
}
