import DynamoDB
import Stacks
import TestBasics
import Testing

@testable import StackStoreDynamoDB

/// Reservations and removals of several replicas, interleaved at each of their requests, on a table of a few numbers.
@Suite struct CapacityBoundTests {
    private static let budget = ResourceAmount(cpuMilli: 100, memoryBytes: 1000)

    /// The counters and the capacity item, with DynamoDB's conditions.
    private struct Table {
        var counters = Array(repeating: ResourceAmount.zero, count: 4)
        var version: Int64?
        var boundVersion: Int64?
        var bound = ResourceAmount.zero

        var sum: ResourceAmount { counters.reduce(.zero, +) }
        var read: CapacityBound { CapacityBound(version: version, reserved: version != nil && boundVersion == version ? bound : nil) }

        /// - Returns: false if the condition is false.
        mutating func reserve(_ reservations: [Reservation], _ change: CapacityChange) -> Bool {
            let amount = reservations.reduce(ResourceAmount.zero) { $0 + $1.amount }
            switch change {
            case .add(let maximum):
                guard version != nil, version == boundVersion, maximum.covers(bound) else { return false }
                bound += amount
            case .correct(let seen, let excess, let maximum):
                guard version == seen, boundVersion == seen, maximum.covers(bound) else { return false }
                bound = bound - excess + amount
                (version, boundVersion) = (seen + 1, seen + 1)
            case .set(let seen, let reserved):
                guard version == seen else { return false }
                bound = reserved
                (version, boundVersion) = ((seen ?? 0) + 1, (seen ?? 0) + 1)
            }
            for reservation in reservations { counters[reservation.counter] += reservation.amount }
            return true
        }
    }

    /// A reservation between two of its requests.
    private struct Reservation {
        var amount: ResourceAmount
        var counter: Int
        var bound: CapacityBound?
        /// The counters read so far: a query is no snapshot.
        var counted: [ResourceAmount] = []

        static func random(using generator: inout SeededGenerator) -> Reservation {
            let amount = ResourceAmount(
                cpuMilli: .random(in: 0...30, using: &generator),
                memoryBytes: .random(in: 0...300, using: &generator)
            )
            return Reservation(amount: amount, counter: .random(in: 0..<4, using: &generator))
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `the sum never exceeds bound or budget, however requests interleave`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var table = Table()
        var reserving: [Reservation] = []
        var reserved: [Reservation] = []
        var (written, shared, corrected) = (0, 0, 0)
        for _ in 0..<4000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0 where reserving.count < 6:
                // Half of them have a hint, right or wrong, and read nothing; some of these share a transaction.
                guard Bool.random(using: &generator) else {
                    reserving.append(.random(using: &generator))
                    continue
                }
                let new = (0..<Int.random(in: 1...3, using: &generator)).map { _ in Reservation.random(using: &generator) }
                let amount = new.reduce(ResourceAmount.zero) { $0 + $1.amount }
                guard table.reserve(new, .add(to: Self.budget - amount)) else { continue }
                reserved += new
                (written, shared) = (written + new.count, shared + new.count - 1)
            case 1 where !reserved.isEmpty:
                let gone = reserved.remove(at: .random(in: 0..<reserved.count, using: &generator))
                table.counters[gone.counter] -= gone.amount
            case 2 where Self.budget.covers(table.sum + ResourceAmount(cpuMilli: 1, memoryBytes: 1)):
                // A replica of an earlier version reserves at low headroom: it changes the version only.
                let counter = Int.random(in: 0..<4, using: &generator)
                let earlier = Reservation(amount: ResourceAmount(cpuMilli: 1, memoryBytes: 1), counter: counter)
                guard Int.random(in: 0..<10, using: &generator) == 0, let version = table.version else { continue }
                table.version = version + 1
                table.counters[earlier.counter] += earlier.amount
                reserved.append(earlier)
            default:
                guard let index = reserving.indices.randomElement(using: &generator) else { continue }
                guard let bound = reserving[index].bound else {
                    reserving[index].bound = table.read
                    continue
                }
                let next = reserving[index].counted.count
                guard next == table.counters.count else {
                    reserving[index].counted.append(table.counters[next])
                    continue
                }
                let done = reserving.remove(at: index)
                let findings = Findings(capacity: bound, reserved: done.counted.reduce(.zero, +))
                guard Self.budget.covers(findings.reserved + done.amount) else { continue }
                let change = findings.capacityChange(for: .sample(requested: done.amount), within: Self.budget)
                guard table.reserve([done], change) else { continue }
                reserved.append(done)
                written += 1
                if case .correct = change { corrected += 1 }
            }
            if let bound = table.read.reserved { #expect(bound.covers(table.sum), "seed \(seed)") }
            #expect(Self.budget.covers(table.sum), "seed \(seed): \(table.sum)")
        }
        #expect(written > 50 && shared > 5 && corrected > 5, "seed \(seed): \(written) written, \(shared) shared, \(corrected) corrections")
    }

    @Test func `a hint that an earlier version may make wrong is none`() {
        var hint = CapacityHint()
        let amount = ResourceAmount(cpuMilli: 1, memoryBytes: 1)
        #expect(hint.value == nil)
        hint.add(amount)
        #expect(hint.value == nil)
        hint.know(amount)
        hint.add(amount)
        #expect(hint.value == amount + amount)
        hint.hasSeen(earlierReplica: false)
        #expect(hint.value == amount + amount)
        hint.hasSeen(earlierReplica: true)
        hint.know(amount)
        hint.add(amount)
        #expect(hint.value == nil)
        hint.hasSeen(earlierReplica: false)
        #expect(hint.value == nil)
        hint.know(amount)
        #expect(hint.value == amount)
    }

    @Test func `a bound that cannot be read is none, and is written anew`() throws {
        let key = ItemKey.capacityBound
        func bound(_ attributes: [String: String]) throws -> CapacityBound {
            try CapacityBound(ItemReader(key.merging(attributes.mapValues { .n($0) }) { $1 }))
        }
        let whole = ["version": "3", "bound_version": "3", "cpu_milli": "5", "memory_bytes": "7"]
        #expect(try CapacityBound(nil) == CapacityBound())
        #expect(try bound(whole) == CapacityBound(version: 3, reserved: ResourceAmount(cpuMilli: 5, memoryBytes: 7)))
        // Of an earlier version, changed by one, changed by hand.
        for change in [["version": "4"], ["bound_version": "x"], ["cpu_milli": "99999999999999999999"]] {
            let found = try bound(whole.merging(change) { $1 })
            #expect(found.reserved == nil && found.version == (change["version"] == nil ? 3 : 4))
        }
        #expect(throws: StoreError.self) { try bound(["version": "x"]) }
    }
}
