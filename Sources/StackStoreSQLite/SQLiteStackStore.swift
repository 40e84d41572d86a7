package import FoundationEssentials
import GRDB
package import Stacks

/// The embedded store: one SQLite file, written by one process.
///
/// The file is in WAL mode and every commit is on disk before it counts (`synchronous = FULL`). Each method is one transaction.
package final class SQLiteStackStore: StackStore {
    package let isExclusive = true
    let database: DatabasePool
    private let lock: FileLock

    /// Opens the file, makes it and its folder if there are none, and brings its tables up to date.
    /// - Parameter path: the database file; `-wal`, `-shm` and `.lock` files stand beside it.
    /// - Throws: ``SQLiteStoreError`` when another process has it open, or it cannot be opened.
    package init(path: String) throws {
        lock = try FileLock(path: path + ".lock")
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        do {
            database = try DatabasePool(path: path, configuration: configuration)
            // Only now: opening a pool sets NORMAL, with which a power failure may undo a commit.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Schema.migrator.migrate(database)
        } catch {
            throw SQLiteStoreError(message: "\(path) cannot be opened as the store: \(error)")
        }
    }

    /// Closes the file; the store must not be used any more.
    package func close() throws {
        try database.close()
    }

    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        try await write { database in
            try Reservation.check(record, within: limits, in: database)
            try StackRow(record).insert(database)
        }
    }

    package func refusal(of record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal? {
        try await read { database in
            do {
                try Reservation.check(record, within: limits, in: database)
                return nil
            } catch let refusal as ReservationRefusal {
                return refusal
            }
        }
    }

    package func changePort(of id: StackID, owner: String, to nodePort: Int, at now: Date) async throws {
        try await write { database in
            var row = try StackRow.reservation(id, owner: owner, in: database)
            if try StackRow.filter(StackRow.Columns.nodePort == nodePort).isEmpty(database) == false { throw ReservationRefusal.portTaken }
            row.nodePort = nodePort
            row.updatedAt = now.microseconds
            try row.update(database)
        }
    }

    package func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord {
        try await write { database in
            var row = try StackRow.reservation(id, owner: owner, in: database)
            row.state = StackRecord.State.active.rawValue
            row.nodeID = nodeID
            row.updatedAt = now.microseconds
            try row.update(database)
            return try row.record()
        }
    }

    package func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord? {
        try await write { database in
            guard var row = try StackRow.fetchOne(database, key: id.description) else { return nil }
            if let seen, try !row.record().isUnchanged(since: seen) { return nil }
            if row.state != StackRecord.State.deleting.rawValue {
                row.state = StackRecord.State.deleting.rawValue
                row.updatedAt = now.microseconds
                try row.update(database)
            }
            return try row.record()
        }
    }

    package func remove(_ id: StackID) async throws {
        try await write { database in
            _ =
                try StackRow
                .filter(key: id.description)
                .filter(StackRow.Columns.state == StackRecord.State.deleting.rawValue)
                .deleteAll(database)
        }
    }

    package func record(_ id: StackID) async throws -> StackRecord? {
        try await read { try StackRow.fetchOne($0, key: id.description)?.record() }
    }

    package func record(idempotencyKey key: String) async throws -> StackRecord? {
        try await read { try StackRow.filter(StackRow.Columns.idempotencyKey == key).fetchOne($0)?.record() }
    }

    package func records() async throws -> [StackRecord] {
        try await fetch(StackRow.all())
    }

    package func records(ofUser userID: Int64) async throws -> [StackRecord] {
        try await fetch(StackRow.filter(StackRow.Columns.userID == userID))
    }

    package func records(expiredBy date: Date) async throws -> [StackRecord] {
        try await fetch(StackRow.active.filter(StackRow.Columns.expiresAt <= date.microseconds))
    }

    package func nextExpiry() async throws -> Date? {
        try await read { database in
            let row = try StackRow.active.order(StackRow.Columns.expiresAt).fetchOne(database)
            return row.map { Date(microseconds: $0.expiresAt) }
        }
    }

    package func checkReadiness() async throws {
        _ = try await read { try Int.fetchOne($0, sql: "SELECT 1 FROM totals") }
    }

    private func fetch(_ request: QueryInterfaceRequest<StackRow>) async throws -> [StackRecord] {
        try await read { database in
            try request.order(StackRow.Columns.createdAt, StackRow.Columns.stackID).fetchAll(database).map { try $0.record() }
        }
    }

    private func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await database.read(body) } catch let error as DatabaseError { throw StoreError.unavailable("\(error)") }
    }

    /// A commit is not torn by the cancellation of the request that asked for it: GRDB rolls back or commits as a whole.
    private func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await database.write(body) } catch let error as DatabaseError { throw StoreError.unavailable("\(error)") }
    }
}

/// Why the file cannot be the store.
package struct SQLiteStoreError: Error, Sendable, CustomStringConvertible {
    package var message: String
    package var description: String { message }
}
