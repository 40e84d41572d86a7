import GRDB
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import StackStoreSQLite

/// Ready is a store that could be written lately.
@Suite struct SQLiteReadinessTests {
    private static func withStore(_ body: (SQLiteStackStore, TestTime) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let time = TestTime()
            let store = try SQLiteStackStore(path: folder + "/stacks.sqlite", instant: { time.instant })
            try await body(store, time)
            try store.close()
        }
    }

    private static func probes(_ store: SQLiteStackStore) async throws -> String? {
        try await store.database.read { try String.fetchOne($0, sql: "SELECT value FROM meta WHERE name = 'probe'") }
    }

    /// As a file system that was remounted.
    private static func set(_ store: SQLiteStackStore, readOnly: Bool) async throws {
        try await store.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = \(readOnly ? 1 : 0)") }
    }

    @Test func `a probe writes at most once in ten seconds, and not at all while others write`() async throws {
        try await Self.withStore { store, time in
            for _ in 0..<5 { try await store.checkReadiness() }
            let first = try await Self.probes(store)
            #expect(first != nil)
            time.advance(by: .seconds(9))
            try await store.reserve(.sample(), within: .none)
            time.advance(by: .seconds(9))
            try await store.checkReadiness()
            #expect(try await Self.probes(store) == first)
            time.advance(by: .seconds(1))
            try await store.checkReadiness()
            #expect(try await Self.probes(store) != first)
        }
    }

    @Test func `a store that cannot be written any more is not ready, names the reason, and is ready again afterwards`() async throws {
        try await Self.withStore { store, time in
            try await store.checkReadiness()
            try await Self.set(store, readOnly: true)
            time.advance(by: .seconds(10))
            for _ in 0..<3 {
                let error = await #expect(throws: StoreError.self) { try await store.checkReadiness() }
                #expect("\(String(describing: error))".contains("read-only file system"))
            }
            try await Self.set(store, readOnly: false)
            time.advance(by: .seconds(10))
            try await store.checkReadiness()
        }
    }

    @Test func `a create that met a full disk is enough to know`() async throws {
        try await Self.withStore { store, time in
            try await store.checkReadiness()
            try await store.database.writeWithoutTransaction { database in
                let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(pages)")
            }
            var record = StackRecord.sample()
            record.podSpec = String(repeating: "a", count: 1 << 20)
            await #expect(throws: StoreError.self) { try await store.reserve(record, within: .none) }
            let error = await #expect(throws: StoreError.self) { try await store.checkReadiness() }
            #expect("\(String(describing: error))".contains("the disk is full"))
            // What contradicts another row is no fault of the disk.
            try await store.reserve(.sample(), within: .none)
            try await store.checkReadiness()
        }
    }
}
