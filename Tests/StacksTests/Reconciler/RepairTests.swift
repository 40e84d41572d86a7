import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct RepairTests {
    /// Everything that the judgement may depend on.
    struct Situation: Sendable {
        var state: StackRecord.State
        var hasPod: Bool
        var hasService: Bool
        var nodeExists: Bool
        /// Seconds until the stack expires.
        var timeLeft: TimeInterval
        var isOurs: Bool
        var isExclusive: Bool
        /// How long the reservation has been seen; the lock's age limit is 30 seconds.
        var age: Duration

        var needed: Repair? {
            let now = Date(microseconds: 1_750_000_000_000_000)
            var record = StackRecord.sample(owner: isOurs ? "us" : "them", createdAt: now, lifetime: timeLeft)
            record.state = state
            if state == .failed { record.failure = StackFailure(reason: "a", message: "b") }
            return Repair.needed(
                for: record,
                observed: Repair.Observed(hasPod: hasPod, hasService: hasService, nodeExists: nodeExists, reservedFor: age),
                now: now,
                ownership: Repair.Ownership(owner: "us", isExclusive: isExclusive, lockTTL: .seconds(30))
            )
        }
    }

    private static let all: [Situation] = {
        var all: [Situation] = []
        let flags = [false, true]
        for state in StackRecord.State.allCases {
            for (hasPod, hasService) in [(false, false), (false, true), (true, false), (true, true)] {
                for nodeExists in flags {
                    for timeLeft in [-1, 0, 0.001, 1] as [TimeInterval] {
                        for isOurs in flags {
                            for isExclusive in flags {
                                for age in [.zero, .milliseconds(29_999), .seconds(30), .seconds(1000)] as [Duration] {
                                    all.append(
                                        Situation(
                                            state: state,
                                            hasPod: hasPod,
                                            hasService: hasService,
                                            nodeExists: nodeExists,
                                            timeLeft: timeLeft,
                                            isOurs: isOurs,
                                            isExclusive: isExclusive,
                                            age: age
                                        )
                                    )
                                }
                            }
                        }
                    }
                }
            }
        }
        return all
    }()

    /// Each kind of repair and when it is due; the first that is due is the one.
    private static let rules: [(repair: Repair?, isDue: @Sendable (Situation) -> Bool)] = [
        (.interruptedDelete, { $0.state == .deleting }),
        (.abandonedReservation, { $0.state == .reserved && ($0.isOurs || $0.isExclusive || $0.age >= .seconds(30)) }),
        (nil, { $0.state == .reserved }),
        (.expired, { $0.timeLeft <= 0 }),
        // A failed create has no objects.
        (nil, { $0.state == .failed }),
        (.nodeDeleted, { !$0.nodeExists }),
        (.objectMissing, { !($0.hasPod && $0.hasService) }),
        (nil, { _ in true }),
    ]

    @Test func `every situation has the repair that the rules say`() throws {
        #expect(Self.all.count == 4 * 4 * 2 * 4 * 2 * 2 * 4)
        var counts: [Repair?: Int] = [:]
        for situation in Self.all {
            let rule = try #require(Self.rules.first { $0.isDue(situation) })
            #expect(situation.needed == rule.repair, "\(situation)")
            counts[situation.needed, default: 0] += 1
        }
        #expect(Set(counts.keys) == [nil, .expired, .interruptedDelete, .abandonedReservation, .nodeDeleted, .objectMissing])
    }

    @Test func `a whole stack on a living node with time left needs nothing, whoever made it`() {
        for situation in Self.all where situation.state == .active && situation.timeLeft > 0 {
            guard situation.hasPod, situation.hasService, situation.nodeExists else { continue }
            #expect(situation.needed == nil)
        }
    }

    @Test func `another process's young reservation on a shared store is left alone, even without a Pod`() {
        let young = Situation(
            state: .reserved,
            hasPod: false,
            hasService: false,
            nodeExists: false,
            timeLeft: -1,
            isOurs: false,
            isExclusive: false,
            age: .milliseconds(29_999)
        )
        #expect(young.needed == nil)
    }
}
