import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct ListTests {
    private func page(_ bench: StackBench, _ query: StackQuery = StackQuery(), limit: Int) async throws -> StackPage {
        try await bench.service.page(query, limit: limit, logger: silentLogger)
    }

    @Test func `a list has the stacks of a user, of a problem, and of a status`() async throws {
        try await withStackBench { bench in
            var made: [StackRecord] = []
            for (user, problem) in [(1, 1), (1, 2), (2, 1), (2, 2)] {
                made.append(try await bench.create(user: Int64(user), problem: Int64(problem)).record)
                bench.time.advance(by: .milliseconds(1))
            }
            bench.cluster.observe(made[2].id) { $0.phase = .running }
            func listed(_ query: StackQuery) async throws -> [Int] {
                let stacks = try await bench.service.stacks(query, logger: silentLogger)
                return stacks.compactMap { stack in made.firstIndex { $0.id == stack.record.id } }
            }
            #expect(try await listed(StackQuery()) == [0, 1, 2, 3])
            #expect(try await listed(StackQuery(owner: OwnerFilter(userID: 1))) == [0, 1])
            #expect(try await listed(StackQuery(owner: OwnerFilter(problemID: 1))) == [0, 2])
            #expect(try await listed(StackQuery(owner: OwnerFilter(userID: 2, problemID: 1))) == [2])
            #expect(try await listed(StackQuery(owner: OwnerFilter(userID: 3))) == [])
            #expect(try await listed(StackQuery(status: .running)) == [2])
            #expect(try await listed(StackQuery(owner: OwnerFilter(userID: 1), status: .creating)) == [0, 1])
            let first = try await page(bench, StackQuery(owner: OwnerFilter(userID: 1), status: .creating), limit: 1)
            #expect(first.stacks.map(\.record.id) == [made[0].id])
            #expect(try await listed(StackQuery(cursor: StackCursor(made[1]))) == [2, 3])
        }
    }

    @Test func `a page says whether another follows, and the last one does not`() async throws {
        try await withStackBench { bench in
            #expect(try await page(bench, limit: 1) == StackPage(stacks: [], next: nil))
            for problem in 1...4 { try await bench.create(problem: Int64(problem)) }
            let first = try await page(bench, limit: 2)
            #expect(first.stacks.count == 2 && first.next == first.stacks.last.map { StackCursor($0.record) })
            let second = try await page(bench, StackQuery(cursor: first.next), limit: 2)
            #expect(second.stacks.count == 2 && second.next == nil)
            #expect(try await page(bench, limit: 4).next == nil)
            // What follows but does not match is no page.
            #expect(try await page(bench, StackQuery(status: .running), limit: 1).next == nil)
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func `a walk shows every stack that stays exactly once, whatever is made and removed meanwhile`(seed: UInt64) async throws {
        try await withStackBench { bench in
            var generator = SeededGenerator(seed: seed)
            var number = 0
            func add() async throws {
                number += 1
                // Many are made at the same moment, and some by replicas whose clock is behind.
                let created = Date(microseconds: bench.time.now.microseconds + Int64.random(in: 0..<20, using: &generator))
                let record = StackRecord.sample(Int.random(in: 0..<1 << 48, using: &generator), user: Int64(number), createdAt: created)
                var placed = record
                placed.ports = [PortMapping(record.port, nodePort: number)]
                try await bench.store.base.reserve(placed, within: .unlimited)
            }
            for _ in 0..<60 { try await add() }
            var staying = Set(try await bench.store.allRecords().map(\.id))
            var seen: [StackID] = []
            var cursor: StackCursor?
            repeat {
                let page = try await page(bench, StackQuery(cursor: cursor), limit: .random(in: 1...7, using: &generator))
                seen += page.stacks.map(\.record.id)
                cursor = page.next
                try await add()
                if let victim = try await bench.store.allRecords().randomElement(using: &generator)?.id {
                    staying.remove(victim)
                    _ = try await bench.store.base.beginDelete(victim, at: bench.time.now)
                    if Bool.random(using: &generator) { try await bench.store.base.remove(victim) }
                }
            } while cursor != nil
            #expect(Set(seen).count == seen.count, "seed \(seed)")
            #expect(staying.isSubset(of: seen), "seed \(seed)")
        }
    }

    @Test func `a cursor is read back from its text, and no other text is one`() throws {
        for microseconds in [Int64(0), 1, 1_750_000_000_123_456, 4_102_444_799_999_999] {
            let cursor = StackCursor(.sample(0xabcdef, createdAt: Date(microseconds: microseconds), lifetime: 0))
            #expect(StackCursor(cursor.text) == cursor)
            #expect(cursor.text.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") })
        }
        let valid = StackCursor(.sample(1)).text
        func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString().replacing("=", with: "") }
        let id = StackID.numbered(1)
        for text in [
            "", "x", "=", "0", valid + "=", valid + "A", String(valid.dropLast()), valid + "\n", " " + valid, "näh", encoded("1 \(id) "),
            encoded("01 \(id)"), encoded("+1 \(id)"), encoded("-1 \(id)"), encoded("1 stack-1"), encoded("99999999999999999999 \(id)"),
            encoded("253402300800000000 \(id)"), encoded("1"), encoded(""), encoded("\u{0} \u{0}"), String(repeating: "A", count: 10_000),
        ] {
            #expect(StackCursor(text) == nil, "\(text.prefix(80))")
        }
    }
}
