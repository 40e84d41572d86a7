import TestBasics
import Testing

@testable import HTTPAPI

@Suite struct ConnectionTableTests {
    private static func admitted(_ table: inout ConnectionTable) throws -> ConnectionTable.ID {
        guard case .admitted(let id) = table.open() else { throw NotAdmitted() }
        return id
    }

    private struct NotAdmitted: Error {}

    @Test func `the one that has been idle longest closes for a new one`() throws {
        var table = ConnectionTable(limit: 3)
        let (first, second, third) = (try Self.admitted(&table), try Self.admitted(&table), try Self.admitted(&table))
        // The first had a request meanwhile, and is idle since a shorter time than the second.
        _ = table.begin(first)
        table.end(first)
        guard case .admittedFor(let fourth, closing: second) = table.open() else {
            Issue.record("the second has been idle longest")
            return
        }
        guard case .admittedFor(_, closing: third) = table.open(), case .admittedFor(_, closing: first) = table.open(),
            case .admittedFor(_, closing: fourth) = table.open()
        else {
            Issue.record("each in its turn")
            return
        }
        #expect(table.count == 3)
        let hasBegun = table.begin(second)
        #expect(!hasBegun, "it is being closed")
        table.end(second)
        table.close(second)
        #expect(table.count == 3)
    }

    @Test func `none that has a request is closed for another`() throws {
        var table = ConnectionTable(limit: 2)
        let (first, second) = (try Self.admitted(&table), try Self.admitted(&table))
        for id in [first, second] { _ = table.begin(id) }
        let admission = table.open()
        #expect(admission == .refused)
        table.close(first)
        _ = try Self.admitted(&table)
    }

    @Test func `whatever happens, there are never too many, and the right one is closed`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var table = ConnectionTable(limit: 8)
        // The idle ones in their order, and those with a request.
        var (idle, busy): ([ConnectionTable.ID], Set<ConnectionTable.ID>) = ([], [])
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                switch table.open() {
                case .admitted(let id):
                    #expect(idle.count + busy.count < 8, "seed \(seed)")
                    idle.append(id)
                case .admittedFor(let id, let victim):
                    #expect(idle.count + busy.count == 8 && idle.first == victim, "seed \(seed)")
                    idle.removeAll { $0 == victim }
                    idle.append(id)
                case .refused:
                    #expect(busy.count == 8, "seed \(seed)")
                }
            case 1:
                guard let id = idle.randomElement(using: &generator) else { continue }
                let hasBegun = table.begin(id)
                #expect(hasBegun, "seed \(seed)")
                idle.removeAll { $0 == id }
                busy.insert(id)
            case 2:
                guard let id = busy.sorted().randomElement(using: &generator) else { continue }
                table.end(id)
                busy.remove(id)
                idle.append(id)
            default:
                guard let id = (idle + busy.sorted()).randomElement(using: &generator) else { continue }
                table.close(id)
                idle.removeAll { $0 == id }
                busy.remove(id)
            }
            #expect(table.count == idle.count + busy.count, "seed \(seed)")
        }
    }
}
