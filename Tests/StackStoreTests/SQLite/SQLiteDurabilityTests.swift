import GRDB
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import StackStoreSQLite

/// What SQLite itself is asked to hold.
@Suite struct SQLiteDurabilityTests {
    @Test func `the file is in WAL mode and every commit is synced`() async throws {
        try await withSQLiteStore { store in
            let pragmas: @Sendable (Database) throws -> [String?] = { database in
                [try String.fetchOne(database, sql: "PRAGMA journal_mode"), try String.fetchOne(database, sql: "PRAGMA synchronous")]
            }
            // 2 is FULL.
            let found = try await store.database.write(pragmas)
            #expect(found == ["wal", "2"])
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `the totals are the sum of the rows after a random history`(seed: UInt64) async throws {
        try await withSQLiteStore { store in
            var generator = SeededGenerator(seed: seed)
            var living: [StackID] = []
            for number in 0..<150 {
                if Int.random(in: 0..<3, using: &generator) > 0 {
                    let cpu = Int64.random(in: 0...5000, using: &generator)
                    let record = StackRecord.sample(number, cpu: cpu, memory: Int64.random(in: 0...(1 << 40), using: &generator))
                    try await store.reserve(record, within: .none)
                    living.append(record.id)
                } else if let index = living.indices.randomElement(using: &generator) {
                    try await store.drop(living.remove(at: index))
                }
                let totals = try await Self.amount(store, "SELECT cpu_milli, memory_bytes FROM totals")
                let sums = try await Self.amount(store, "SELECT ifnull(sum(cpu_milli), 0), ifnull(sum(memory_bytes), 0) FROM stacks")
                #expect(totals == sums, "seed \(seed), step \(number)")
            }
        }
    }

    private static func amount(_ store: SQLiteStackStore, _ sql: String) async throws -> ResourceAmount {
        try await store.database.read { database in
            let row = try #require(try Row.fetchOne(database, sql: sql))
            return ResourceAmount(cpuMilli: row[0], memoryBytes: row[1])
        }
    }

    @Test func `a closed store is unavailable`() async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteStackStore(path: folder + "/stacks.sqlite")
            try store.close()
            await #expect(throws: StoreError.self) { try await store.checkReadiness() }
            await #expect(throws: StoreError.self) { try await store.reserve(.sample(), within: .none) }
        }
    }

    @Test func `a store whose tables are gone is not ready`() async throws {
        try await withSQLiteStore { store in
            try await store.checkReadiness()
            try await store.database.write { try $0.execute(sql: "DROP TABLE totals") }
            await #expect(throws: StoreError.self) { try await store.checkReadiness() }
        }
    }
}
