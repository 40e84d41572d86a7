import DynamoDB
import Stacks
import TestBasics
import Testing

@testable import StackStoreDynamoDB

/// Every decision about reservations in one transaction, without a table.
@Suite struct ReservationBatchTests {
    private typealias Member = ReservationBatch.Member
    private typealias Reason = DynamoDBStackStore.Cancellation.Reason

    private static let unit = ResourceAmount(cpuMilli: 100, memoryBytes: 10)

    private static func id(_ number: Int) throws -> StackID {
        let digits = String(number, radix: 16)
        return try #require(StackID("stack-" + String(repeating: "0", count: 16 - digits.count) + digits))
    }

    private static func member(
        _ number: Int,
        counter: Int,
        user: Int64,
        stacksPerUser: Int = 5,
        budget: ResourceAmount? = ResourceAmount(cpuMilli: 1000, memoryBytes: 100)
    ) throws -> Member {
        let record = StackRecord.sample(
            id: try id(number * 256 + counter),
            user: user,
            problem: Int64(number),
            nodePort: 30000 + number,
            requested: unit
        )
        return Member(record, within: ReservationLimits(stacksPerUser: stacksPerUser, budget: budget))
    }

    /// All combinations of reasons: each of three reservations has one of its own, two share their user and two a counter.
    /// - Parameter position: of the item with a reservation's own reason: row, port or lock.
    @Test(arguments: 0..<3)
    func `each reservation is answered for what is in its way, and the others are tried again`(position: Int) throws {
        let members = try [
            Self.member(1, counter: 1, user: 1), Self.member(2, counter: 1, user: 2), Self.member(3, counter: 2, user: 1),
        ]
        let batch = ReservationBatch(members)
        #expect(batch.transaction(in: "t").count == 3 * 3 + 2 + 2 + 1)
        #expect(batch.requested == ResourceAmount(cpuMilli: 300, memoryBytes: 30))
        #expect(batch.written.map(\.outcome.text) == ["written", "written", "written"])
        let reasons: [Reason?] = [nil, .conditionFailed, .contended]
        for number in 1..<6561 {
            let chosen = (0..<8).map { digit in reasons[(0..<digit).reduce(number) { rest, _ in rest / 3 } % 3] }
            let (own, counts, counters, bound) = (chosen[0..<3], chosen[3..<5], chosen[5..<7], chosen[7])
            let claims = (0..<3).flatMap { index in (0..<3).map { $0 == position ? own[index] : nil } }
            let answers = batch.answers(to: DynamoDBStackStore.Cancellation(reasons: claims + counts + counters + [bound]))
            #expect(answers.count == 3)
            for (index, member) in [(0, 0, 0), (1, 1, 0), (2, 0, 1)].enumerated() {
                let count = counts[3 + member.1]
                let part = claims[index * 3..<index * 3 + 3] + [count, counters[5 + member.2], bound]
                let expected =
                    if member.1 == 0, count == .conditionFailed {
                        "alone"
                    } else if bound == .contended || part.dropLast().contains(where: { $0 != nil }) {
                        "cancelled \(Array(part))"
                    } else {
                        "again"
                    }
                #expect(answers[index].outcome.text == expected, "\(chosen)")
                #expect(answers[index].mayBeWritten == chosen.contains(.contended), "\(chosen)")
            }
        }
    }

    /// - Parameter stacks: the user's count when it refused both; nil if the response does not have it.
    @Test(
        arguments: [
            (nil, ["alone", "alone"]), (2, ["alone", "alone"]), (3, ["full", "alone"]), (4, ["full", "full"]),
        ] as [(Int?, [String])]
    )
    func `a full user is told to each reservation that it would refuse alone, and no other`(stacks: Int?, expected: [String]) throws {
        let members = try [
            Self.member(1, counter: 1, user: 1, stacksPerUser: 3), Self.member(2, counter: 2, user: 1, stacksPerUser: 4),
            Self.member(3, counter: 3, user: 2),
        ]
        let batch = ReservationBatch(members)
        let count = ItemKey.count(user: 1)
        let reasons = batch.transaction(in: "t").map { $0.update?.key == count ? Reason.conditionFailed : nil }
        let items = stacks.map { [count.merging([Attribute.stacks: .n("\($0)")]) { $1 }] } ?? []
        let answers = batch.answers(to: DynamoDBStackStore.Cancellation(reasons: reasons, items: items))
        #expect(answers.last?.outcome.text == "again")
        for (index, expected) in expected.enumerated() {
            var progress = ReservationProgress()
            let (record, limits) = (members[index].record, members[index].limits)
            // Nobody waits for what is known.
            #expect(try progress.note(answers[index], of: record, within: limits) == .goOn)
            guard expected == "full" else {
                #expect(answers[index].outcome.text == expected)
                continue
            }
            guard case .read(let findings) = progress.knowledge else {
                Issue.record("\(progress.knowledge)")
                continue
            }
            #expect(findings.obstacle(to: record, within: limits) == .refused(.userLimitReached(count: stacks ?? 0)))
        }
    }

    @Test func `a transaction that failed as a whole, or has other reasons than items, is tried one by one`() throws {
        let members = try [Self.member(1, counter: 1, user: 1), Self.member(2, counter: 2, user: 2)]
        let batch = ReservationBatch(members)
        #expect(batch.failed.allSatisfy { $0.outcome.text == "alone" && $0.mayBeWritten })
        let answers = batch.answers(to: DynamoDBStackStore.Cancellation(reasons: [nil, .conditionFailed]))
        #expect(answers.allSatisfy { $0.outcome.text == "alone" && !$0.mayBeWritten })
        var own = members[0]
        #expect(own.progress.isShareable)
        #expect(try own.progress.note(answers[0], of: own.record, within: own.limits) == .goOn)
        #expect(!own.progress.isShareable)
        var other = members[1]
        other.progress.noteWait(after: answers[1])
        #expect(!other.progress.isShareable && !other.progress.mayBeWritten)
    }

    @Test func `a reservation that others keep back is tried twice with them, and then alone, without a pause`() throws {
        var member = try Self.member(1, counter: 1, user: 1)
        // What others try with it costs it nothing.
        for _ in 0..<20 { member.progress.noteWait(after: ReservationBatch.Answer(outcome: .again)) }
        let again = ReservationBatch.Answer(outcome: .again)
        for isShareable in [true, false] {
            #expect(member.progress.isShareable)
            #expect(try member.progress.note(again, of: member.record, within: member.limits) == .goOn)
            #expect(member.progress.isShareable == isShareable)
        }
        // A conflict with another replica is no reason to be alone.
        var contended = try Self.member(2, counter: 2, user: 2)
        let bound = DynamoDBStackStore.Cancellation(reasons: (0..<11).map { $0 == 10 ? .contended : nil })
        let conflict = ReservationBatch([contended, try Self.member(3, counter: 3, user: 3)]).answers(to: bound)
        for _ in 0..<3 {
            #expect(try contended.progress.note(conflict[0], of: contended.record, within: contended.limits) == .pause(inTurn: true))
            #expect(contended.progress.isShareable && contended.progress.mayBeWritten)
        }
        // Nor do the others make it wait because it has met conflicts.
        #expect(try contended.progress.note(again, of: contended.record, within: contended.limits) == .goOn)
    }

    /// - Parameter conflicts: the positions of the items with a conflict: row, port, lock, count, counter, bound.
    @Test(arguments: [
        ([0], true, true), ([1], true, true), ([2], true, true), ([3], true, true), ([4], true, false), ([3, 4], true, true),
        ([5], false, false), ([0, 1, 2, 3, 4, 5], false, false),
    ])
    func `a reservation pauses out of turn after a conflict that is not the bound's, and goes on alone after one of its own items`(
        conflicts: [Int],
        isOutOfTurn: Bool,
        isAlone: Bool
    ) throws {
        var member = try Self.member(1, counter: 1, user: 1)
        let reasons = (0..<6).map { conflicts.contains($0) ? Reason.contended : nil }
        let answer = ReservationBatch.Answer(outcome: .cancelled(DynamoDBStackStore.Cancellation(reasons: reasons)))
        for _ in 0..<2 {
            #expect(try member.progress.note(answer, of: member.record, within: member.limits) == .pause(inTurn: !isOutOfTurn))
            #expect(member.progress.isShareable == !isAlone)
        }
        // Alone, too, it keeps its turn where all others would meet the same.
        let bound = DynamoDBStackStore.Cancellation(reasons: (0..<6).map { $0 == 5 ? .contended : nil })
        let next = try member.progress.note(ReservationBatch.Answer(outcome: .cancelled(bound)), of: member.record, within: member.limits)
        #expect(next == .pause(inTurn: true))
    }

    @Test func `a reservation whose key names a stack without a row is tried alone`() throws {
        var member = try Self.member(1, counter: 1, user: 1)
        member.progress.noteDanglingKey()
        #expect(!member.progress.isShareable && member.progress.knowledge == .nothing)
    }

    @Test func `a reservation that must read what is in its way pauses out of turn`() throws {
        var member = try Self.member(1, counter: 1, user: 1)
        let bound = DynamoDBStackStore.Cancellation(reasons: [nil, nil, nil, nil, nil, .contended])
        #expect(
            try member.progress.note(ReservationBatch.Answer(outcome: .cancelled(bound)), of: member.record, within: member.limits)
                == .pause(inTurn: true)
        )
        // A port that may be its own by now.
        let port = DynamoDBStackStore.Cancellation(reasons: [nil, .conditionFailed, nil, nil, nil, nil])
        #expect(
            try member.progress.note(ReservationBatch.Answer(outcome: .cancelled(port)), of: member.record, within: member.limits)
                == .pause(inTurn: false)
        )
        #expect(member.progress.knowledge == .itemInTheWay)
    }

    @Test func `a reservation that may be written stays so, whoever tries it next`() throws {
        var member = try Self.member(1, counter: 1, user: 1)
        let other = try Self.member(2, counter: 2, user: 2)
        // The row of the other.
        let reasons = (0..<11).map { $0 == 3 ? Reason.contended : nil }
        let answers = ReservationBatch([member, other]).answers(to: DynamoDBStackStore.Cancellation(reasons: reasons))
        #expect(answers.map(\.outcome.text).first == "again")
        member.progress.noteWait(after: answers[0])
        #expect(member.progress.mayBeWritten && member.progress.isShareable)
        let written = ReservationBatch([other, member]).written
        #expect(written.map(\.mayBeWritten) == [false, true])
    }

    /// Returns which of the members join the first one.
    private static func joining(_ members: [Member], hint: ResourceAmount = .zero) -> [Bool] {
        var gathering = ReservationGathering(members[0], hint: hint)
        return members.dropFirst().map { gathering.add($0) }
    }

    @Test func `only what fits is gathered`() throws {
        let narrow = ResourceAmount(cpuMilli: 399, memoryBytes: 100)
        let wide = ResourceAmount(cpuMilli: 400, memoryBytes: 100)
        let all = try [
            Self.member(1, counter: 1, user: 1, stacksPerUser: 2),
            // The same port and lock.
            Self.member(1, counter: 2, user: 1),
            Self.member(2, counter: 2, user: 1),
            // The third of a user who may have two; one who may have five, but not with them.
            Self.member(3, counter: 3, user: 1, stacksPerUser: 2), Self.member(3, counter: 3, user: 1),
            Self.member(3, counter: 3, user: 2),
            // The budget of its own, and that of another.
            Self.member(4, counter: 4, user: 3, budget: narrow), Self.member(4, counter: 4, user: 3, budget: wide),
            Self.member(5, counter: 5, user: 4),
        ]
        #expect(Self.joining(all) == [false, true, false, false, true, false, true, false])
        let three = try (1...3).map { try Self.member($0, counter: $0, user: Int64($0)) }
        #expect(Self.joining(three, hint: ResourceAmount(cpuMilli: 800, memoryBytes: 0)) == [true, false])
        #expect(Self.joining(three, hint: ResourceAmount(cpuMilli: 700, memoryBytes: 0)) == [true, true])
        // More than 64 bits, even without a budget; Pod specs of more than half of what a transaction may have.
        let unbounded = try Self.member(1, counter: 1, user: 1, budget: nil)
        var huge = try Self.member(6, counter: 6, user: 6).record
        huge.requestedMemoryBytes = .max
        var long = try Self.member(7, counter: 7, user: 7).record
        long.podSpec = String(repeating: "x", count: ReservationBatch.maximumSpecBytes)
        let rest = try [huge, long, Self.member(8, counter: 8, user: 8).record].map { Member($0, within: .wide) }
        #expect(Self.joining([unbounded] + rest) == [false, false, true])
        // One that has to be alone.
        var alone = three[1]
        alone.progress.noteWait(after: ReservationBatch.Answer(outcome: .alone))
        #expect(Self.joining([three[0], alone, three[2]]) == [false, true])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a transaction has each item once and at most 100, and adds the same to counters and bound`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let members = try (0..<60).map { number in
            var member = try Self.member(
                number,
                counter: .random(in: 0..<32, using: &generator),
                user: .random(in: 1...30, using: &generator)
            )
            if Bool.random(using: &generator) {
                var record = member.record
                let port = record.ports[0]
                record.ports = (0..<Int.random(in: 1...24, using: &generator)).map { index in
                    var other = port
                    other.nodePort = 40000 + number % 50 * 24 + index
                    return other
                }
                member = Member(record, within: .wide)
            }
            return Member(member.record, within: ReservationLimits(stacksPerUser: 5, budget: nil))
        }
        var gathering = ReservationGathering(members[0], hint: .zero)
        let added = members.dropFirst().count { gathering.add($0) }
        #expect(gathering.members.count == added + 1 && added > 1, "seed \(seed)")
        let batch = ReservationBatch(gathering.members)
        let transaction = batch.transaction(in: "t")
        let keys = transaction.compactMap { write in
            (write.update?.key ?? write.put?.item)?.filter { ["pk", "sk"].contains($0.key) }
        }
        #expect(keys.count == transaction.count && Set(keys).count == keys.count && keys.count <= 100, "seed \(seed)")
        let additions = transaction.compactMap(\.update).filter { $0.key["pk"] == .s("CAPACITY") }
        let amounts = additions.compactMap { $0.expressionAttributeValues?[":cpu"] }.map { value -> Int in
            if case .n(let text) = value { Int(text) ?? -1 } else { -1 }
        }
        #expect(amounts.last == 100 * (added + 1) && amounts.dropLast().reduce(0, +) == 100 * (added + 1), "seed \(seed)")
    }
}

extension ReservationBatch.Outcome {
    fileprivate var text: String {
        switch self {
        case .written: "written"
        case .cancelled(let cancellation): "cancelled \(cancellation.reasons)"
        case .again: "again"
        case .alone: "alone"
        }
    }
}
