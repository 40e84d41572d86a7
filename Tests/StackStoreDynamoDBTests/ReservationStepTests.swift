import DynamoDB
import Stacks
import Testing

@testable import StackStoreDynamoDB

/// Every decision of a reservation, without a table.
@Suite struct ReservationStepTests {
    private typealias Knowledge = ReservationStep.Knowledge

    private static let other = StackID.sample()
    private static let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 1 << 20)
    private static let limits = ReservationLimits(stacksPerUser: 5, budget: ResourceAmount(cpuMilli: 1000, memoryBytes: 10 << 20))

    private static func units(_ count: Int64) -> ResourceAmount {
        ResourceAmount(cpuMilli: unit.cpuMilli * count, memoryBytes: unit.memoryBytes * count)
    }

    private static func record(isFailed: Bool) -> StackRecord {
        var record = StackRecord.sample(requested: unit)
        if isFailed { record.fail(StackFailure(reason: "a", message: "b"), expiresAt: .after(120), at: .after(1)) }
        return record
    }

    private struct Situation: CustomStringConvertible {
        var isFailed: Bool
        var knowledge: Knowledge
        var hint: ResourceAmount?
        var isInTurn: Bool
        var mayBeWritten: Bool

        var record: StackRecord { ReservationStepTests.record(isFailed: isFailed) }
        var step: ReservationStep {
            .next(for: record, within: limits, knowing: knowledge, hint: hint, isInTurn: isInTurn, mayBeWritten: mayBeWritten)
        }
        var description: String {
            "failed \(isFailed), \(knowledge), hint \(String(describing: hint)), turn \(isInTurn), may be written \(mayBeWritten)"
        }
    }

    private static let findings: [Findings] = {
        var all: [Findings] = []
        for reserved in [units(0), units(9), units(10)] {
            for capacity in [
                CapacityBound(), CapacityBound(version: 3), CapacityBound(version: 3, reserved: units(1)),
                CapacityBound(version: 3, reserved: units(9)), CapacityBound(version: 3, reserved: units(10)),
            ] {
                let free = Findings(capacity: capacity, reserved: reserved)
                all.append(free)
                let spoils: [(inout Findings) -> Void] = [
                    { $0.keyHolder = other }, { $0.lockHolder = other }, { $0.count = 5 }, { $0.takenPorts = [30001] },
                    { $0.isWritten = true },
                ]
                for spoil in spoils {
                    var findings = free
                    spoil(&findings)
                    all.append(findings)
                }
            }
        }
        return all
    }()

    private static let situations: [Situation] = {
        var all: [Situation] = []
        for isFailed in [false, true] {
            for knowledge in [.nothing, .itemInTheWay, .outdatedCapacity] + findings.map(Knowledge.read) {
                for hint in [nil, units(0), units(9), units(10)] {
                    for (isInTurn, mayBeWritten) in [(false, false), (false, true), (true, false), (true, true)] {
                        all.append(
                            Situation(isFailed: isFailed, knowledge: knowledge, hint: hint, isInTurn: isInTurn, mayBeWritten: mayBeWritten)
                        )
                    }
                }
            }
        }
        return all
    }()

    @Test func `without knowledge the bound decides in its turn, and only a hint that leaves room spares the read`() {
        for situation in Self.situations where situation.knowledge == .nothing {
            let expected: ReservationStep =
                switch (situation.isFailed, situation.isInTurn, situation.hint) {
                case (true, _, _): .write(nil)
                case (false, false, _): .takeTurn
                case (false, true, Self.units(0)), (false, true, Self.units(9)): .write(.add(to: Self.units(9)))
                case (false, true, _): .read
                }
            #expect(situation.step == expected, "\(situation)")
        }
    }

    @Test func `an item of its own in the way is read outside the turn, a stale bound inside`() {
        for situation in Self.situations {
            switch situation.knowledge {
            case .itemInTheWay: #expect(situation.step == (situation.isInTurn ? .passTurn : .read), "\(situation)")
            case .outdatedCapacity:
                let mayRead = situation.isInTurn || situation.isFailed
                #expect(situation.step == (mayRead ? .read : .takeTurn), "\(situation)")
            case .nothing, .read: break
            }
        }
    }

    @Test func `what was read decides, in the documented order`() {
        for situation in Self.situations {
            guard case .read(let findings) = situation.knowledge else { continue }
            let isOver = !findings.capacityFits(Self.units(10))
            let expected: ReservationStep? =
                if situation.mayBeWritten, findings.isWritten {
                    .confirmed
                } else if situation.isFailed {
                    .write(nil)
                } else if findings.keyHolder != nil {
                    .answer(with: Self.other)
                } else if findings.lockHolder != nil {
                    .refuse(.stackExists(Self.other))
                } else if findings.count == 5 {
                    .refuse(.userLimitReached(count: 5))
                } else if isOver {
                    .refuse(.overBudget(reserved: findings.reserved))
                } else if !findings.takenPorts.isEmpty {
                    .refuse(.portsTaken([30001]))
                } else if !situation.isInTurn {
                    .takeTurn
                } else {
                    nil
                }
            if let expected {
                #expect(situation.step == expected, "\(situation)")
            } else {
                let change = findings.capacityChange(for: situation.record, within: Self.units(10))
                #expect(situation.step == .write(change), "\(situation)")
            }
        }
    }

    @Test func `nothing is refused without a read, nothing that counts is written outside the turn`() {
        for situation in Self.situations {
            switch situation.step {
            case .write(nil): #expect(situation.isFailed, "\(situation)")
            case .write: #expect(situation.isInTurn && !situation.isFailed, "\(situation)")
            case .refuse, .answer, .confirmed:
                guard case .read = situation.knowledge else {
                    Issue.record("\(situation)")
                    continue
                }
            case .takeTurn: #expect(!situation.isInTurn, "\(situation)")
            case .passTurn: #expect(situation.isInTurn, "\(situation)")
            case .read: break
            }
        }
    }

    @Test func `the change of the bound follows from bound and sum`() {
        func change(_ bound: CapacityBound, sum: Int64) -> CapacityChange {
            Findings(capacity: bound, reserved: Self.units(sum)).capacityChange(for: Self.record(isFailed: false), within: Self.units(10))
        }
        #expect(change(CapacityBound(), sum: 0) == .set(version: nil, Self.units(1)))
        #expect(change(CapacityBound(version: 3), sum: 4) == .set(version: 3, Self.units(5)))
        #expect(change(CapacityBound(version: 3, reserved: Self.units(9)), sum: 4) == .add(to: Self.units(9)))
        // The bound leaves no room and the sum does.
        let lowered = CapacityChange.correct(version: 3, excess: Self.units(6), maximum: Self.units(15))
        #expect(change(CapacityBound(version: 3, reserved: Self.units(10)), sum: 4) == lowered)
        // The sum is above the bound: a replica of an earlier version added to it alone.
        let raised = CapacityChange.correct(version: 3, excess: Self.units(-2), maximum: Self.units(7))
        #expect(change(CapacityBound(version: 3, reserved: Self.units(2)), sum: 4) == raised)
    }

    private typealias Cancellation = DynamoDBStackStore.Cancellation

    @Test(
        arguments: [
            ([.conditionFailed, nil, nil], false, .nothing, .itemInTheWay), ([nil, .contended, nil], false, .nothing, .nothing),
            ([nil, nil, .conditionFailed], false, .nothing, .outdatedCapacity),
            ([nil, nil, .conditionFailed], true, .nothing, .itemInTheWay),
            ([.conditionFailed, nil, .conditionFailed], false, .nothing, .itemInTheWay),
            ([nil, .contended, nil], false, .read(Findings()), .outdatedCapacity),
            ([nil, .contended, nil], false, .outdatedCapacity, .outdatedCapacity),
        ] as [([DynamoDBStackStore.Cancellation.Reason?], Bool, ReservationStep.Knowledge, ReservationStep.Knowledge)]
    )
    func `the reasons of a cancelled transaction tell what is to be read`(
        reasons: [DynamoDBStackStore.Cancellation.Reason?],
        isFailed: Bool,
        before: ReservationStep.Knowledge,
        after: ReservationStep.Knowledge
    ) throws {
        let record = Self.record(isFailed: isFailed)
        #expect(try before.after(Cancellation(reasons: reasons), of: record, within: Self.limits) == after)
    }

    @Test func `the items of a cancelled transaction are the reason, unless the budget comes before it`() throws {
        let record = StackRecord.sample(key: "K", requested: Self.unit)
        func item(_ key: DynamoDB.Item, _ holder: StackID = Self.other) -> DynamoDB.Item {
            key.merging([Attribute.stackID: .s(holder.description)]) { $1 }
        }
        func findings(_ items: [DynamoDB.Item], _ reasons: [Cancellation.Reason?] = [.conditionFailed, nil]) throws -> Findings? {
            try Findings(of: record, in: Cancellation(reasons: reasons, items: items), within: Self.limits)
        }
        let (key, lock) = (ItemKey.idempotency("K"), ItemKey.lock(user: 101, problem: 1001))
        let count = ItemKey.count(user: 101).merging([Attribute.stacks: .n("5")]) { $1 }
        #expect(try findings([item(lock), item(key)])?.obstacle(to: record, within: Self.limits) == .keyUsed(by: Self.other))
        #expect(try findings([item(lock), count])?.obstacle(to: record, within: Self.limits) == .refused(.stackExists(Self.other)))
        #expect(try findings([count])?.obstacle(to: record, within: Self.limits) == .refused(.userLimitReached(count: 5)))
        #expect(try findings([item(lock), item(ItemKey.port(30001))]) != nil)
        // A port alone, nothing, its own lock, a conflict beside.
        #expect(try findings([item(ItemKey.port(30001))]) == nil)
        #expect(try findings([]) == nil)
        #expect(try findings([item(lock, record.id)]) == nil)
        #expect(try findings([item(lock)], [.conditionFailed, .contended]) == nil)
    }
}

extension Findings {
    fileprivate func capacityFits(_ budget: ResourceAmount) -> Bool {
        reserved.cpuMilli + 100 <= budget.cpuMilli
    }
}
