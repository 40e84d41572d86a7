package import FoundationEssentials
import GRDB
package import Stacks
import Synchronization

/// The embedded store: one SQLite file, written by one process.
///
/// The file is in WAL mode, and every commit is on disk before it counts (`synchronous = FULL`). Each write is one transaction. Reads come
/// from memory, which has every record: nobody else writes the file, and each commit, in its turn, changes the records that it wrote.
package final class SQLiteStackStore: StackStore {
    package let isExclusive = true
    let database: DatabasePool
    private let locks: Locks
    private let path: String
    private let instant: @Sendable () -> ContinuousClock.Instant
    private let health = Mutex(WriteHealth())
    private let memory = Mutex(RecordTable())

    private struct Locks: ~Copyable {
        let file: FileLock
        let database: FileLock
    }

    /// Opens the file and migrates its tables. Creates the file and its folder if they are missing.
    /// - Parameters:
    ///   - path: the database file; `-wal`, `-shm` and `.lock` files are created beside it.
    ///   - instant: the monotonic clock, which dates the last write.
    /// - Throws: ``SQLiteStoreError`` if another process has the file open, a later version wrote it, or SQLite cannot open it.
    package init(path: String, instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) throws {
        self.path = path
        self.instant = instant
        locks = Locks(file: try FileLock(file: path + ".lock"), database: try FileLock(database: path))
        var configuration = GRDB.Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        do {
            database = try DatabasePool(path: path, configuration: configuration)
            // Set after the pool is opened, since opening sets NORMAL, with which a power failure may undo a commit.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Schema.refuseNewer(database, path: path)
            try Schema.migrator.migrate(database)
            // A connection that read before the migration would prepare `SELECT *` with the columns of before.
            database.invalidateReadOnlyConnections()
            try database.write { try Meta.makeInstallationID(in: $0) }
            try load()
        } catch let error as SQLiteStoreError {
            throw error
        } catch {
            throw SQLiteStoreError(message: "\(path) cannot be opened as the store: \(error)")
        }
    }

    /// Reads every record into memory.
    func load() throws {
        // By the connection that writes: one that only reads, if it is closed last, leaves the write-ahead log behind.
        let read = try database.writeWithoutTransaction { try StackRow.all(in: $0) }
        memory.withLock { $0 = RecordTable(read) }
    }

    /// Closes the file; the store is unusable afterwards.
    package func close() throws {
        try database.close()
    }

    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        try await write(record.id) { database in
            try Reservation.check(record, within: limits, in: database)
            try StackRow(record).insert(database)
            try PortRow.insert(record, in: database)
        }
    }

    package func obstacle(to record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal? {
        try await read { database in
            do {
                try Reservation.check(record, within: limits, in: database)
                return nil
            } catch let refusal as ReservationRefusal {
                return refusal
            }
        }
    }

    package func changePort(of id: StackID, owner: String, from old: Int, to new: Int, at now: Date) async throws {
        try await write(id) { database in
            var row = try StackRow.reservation(id, owner: owner, in: database)
            guard try row.record(in: database).nodePorts.contains(old) else { throw StoreError.lostReservation(id) }
            if try PortRow.isTaken(new, in: database) { throw ReservationRefusal.portsTaken([new]) }
            try database.execute(sql: "UPDATE ports SET node_port = ? WHERE node_port = ?", arguments: [new, old])
            row.updatedAt = now.microseconds
            try row.update(database)
        }
    }

    package func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord {
        try await write(id) { database in
            var row = try StackRow.reservation(id, owner: owner, in: database)
            row.state = StackRecord.State.active.rawValue
            row.nodeID = nodeID
            row.updatedAt = now.microseconds
            try row.update(database)
            return try row.record(in: database)
        }
    }

    package func fail(_ id: StackID, failure: StackFailure, expiresAt: Date, at now: Date) async throws {
        try await write(id) { database in
            guard var record = try StackRow.find(id, in: database)?.record(in: database) else { return }
            guard record.state == .reserved || record.state == .deleting else { return }
            record.fail(failure, expiresAt: expiresAt, at: now)
            try StackRow(record).update(database)
            try database.execute(sql: "UPDATE ports SET node_port = NULL WHERE stack_id = ?", arguments: [id.description])
        }
    }

    package func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord? {
        try await write(id) { database in
            guard var row = try StackRow.find(id, in: database) else { return nil }
            let record = try row.record(in: database)
            if let seen, !record.isUnchanged(since: seen) { return nil }
            if record.state == .reserved || record.state == .active {
                row.state = StackRecord.State.deleting.rawValue
                row.updatedAt = now.microseconds
                try row.update(database)
            }
            return try row.record(in: database)
        }
    }

    package func remove(_ id: StackID) async throws {
        try await write(id) { database in
            _ =
                try StackRow
                .filter(key: id.description)
                .filter([StackRecord.State.deleting, .failed].map(\.rawValue).contains(StackRow.Columns.state))
                .deleteAll(database)
        }
    }

    package func record(_ id: StackID) async throws -> StackRecord? {
        switch memory.withLock({ $0.record(id) }) {
        case .readable(let record): record
        case .unreadable(let record): throw StoreError.unreadable(record)
        case .missing: nil
        }
    }

    package func record(idempotencyKey key: String) async throws -> StackRecord? {
        try await read { try StackRow.first("idempotency_key = ?", [key], in: $0)?.record(in: $0) }
    }

    package func records() async throws -> StackRecords {
        memory.withLock { StackRecords(records: $0.records, unreadable: $0.unreadable) }
    }

    package func records(ofUser userID: Int64) async throws -> StackRecords {
        // The user of an unreadable record is not known.
        memory.withLock { StackRecords(records: $0.records(ofUser: userID), unreadable: $0.unreadable) }
    }

    package func installationID() async throws -> String {
        try await read { try Meta.installationID(in: $0) }
    }

    package func setInstallationID(_ id: String) async throws {
        try await write { try Meta.set(.installationID, id, in: $0) }
    }

    /// Reads from the file and checks the outcome of the last write. Writes a few bytes if no write was tried lately.
    package func checkReadiness() async throws {
        _ = try await read { try Int.fetchOne($0, sql: "SELECT 1 FROM totals") }
        let now = instant()
        if health.withLock({ $0.beginProbe(at: now) }) {
            try await write { try Meta.set(.probe, "\(Date().microseconds)", in: $0) }
        }
        if let failure = health.withLock({ $0.failure }) { throw failure }
    }

    private func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await database.read(body) } catch let error as DatabaseError { throw unavailable(error) }
    }

    /// Runs a write of one stack.
    func write<Value: Sendable>(_ id: StackID, _ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await writeStacks { database in
            let value = try body(database)
            return (value, [id])
        }
    }

    /// Runs a write of stacks, and changes the memory of those that `body` names.
    ///
    /// The memory changes after the COMMIT has succeeded and before the next write begins: both run on the queue of writes. An observer of
    /// the commit would not do, since after a COMMIT that fails GRDB calls it at the next one that succeeds.
    func writeStacks<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> (value: Value, ids: [StackID])
    ) async throws -> Value {
        try await noting {
            try await database.writeWithoutTransaction { database in
                var value: Value?
                var written: [(StackID, StoredRecord)] = []
                try database.inTransaction {
                    let result = try body(database)
                    written = try result.ids.map { ($0, try StackRow.stored($0, in: database)) }
                    value = result.value
                    return .commit
                }
                self.memory.withLock { memory in
                    for (id, stored) in written { memory.set(stored, of: id) }
                }
                guard let value else { throw DatabaseError(message: "a transaction was committed that did not run") }
                return value
            }
        }
    }

    /// Runs a write. Cancelling the request does not split a commit: GRDB rolls back or commits as a whole.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await noting { try await database.write(body) }
    }

    /// Notes whether a write succeeded.
    private func noting<Value>(_ write: () async throws -> Value) async throws -> Value {
        do {
            let value = try await write()
            health.withLock { $0.succeeded(at: instant()) }
            return value
        } catch let error as DatabaseError {
            let failure = unavailable(error)
            // A constraint violation says nothing about the next write.
            if error.resultCode != .SQLITE_CONSTRAINT { health.withLock { $0.failed(failure, at: instant()) } }
            throw failure
        }
    }

    private func unavailable(_ error: DatabaseError) -> StoreError {
        switch error.resultCode {
        case .SQLITE_FULL: .unavailable("\(path): the disk is full, or the quota used up: \(error)")
        case .SQLITE_READONLY: .unavailable("\(path): is on a read-only file system, or may not be written: \(error)")
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN:
            .unavailable("\(path): the disk or the file is damaged: \(error)")
        default: .unavailable("\(path): \(error)")
        }
    }
}

/// The reason for which a file cannot be the store.
package struct SQLiteStoreError: Error, Sendable, CustomStringConvertible {
    package var message: String
    package var description: String { message }
}
