import FoundationEssentials
import GRDB
import Glibc

/// Copies of a database that a service may have open.
package enum SQLiteBackup {
    /// Copies the database into a new file, which appears under its name once it is complete, checked and on disk.
    ///
    /// SQLite's backup copies the state of one moment: a reader of a database in WAL mode sees no later write, and keeps nobody from writing.
    /// - Returns: the number of stacks.
    /// - Throws: ``SQLiteStoreError`` if `target` exists, or if the copy fails; then no file is left.
    package static func write(_ source: String, to target: String) throws -> Int {
        guard access(source, F_OK) == 0 else { throw failure("\(source) cannot be read") }
        guard access(target, F_OK) != 0 else { throw exists(target) }
        let partial = "\(target).\(UUID().uuidString.lowercased())"
        // The flags of all stacks are in it.
        let created = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard created >= 0 else { throw failure("\(target) cannot be created") }
        close(created)
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(partial + suffix) } }
        let count: Int
        do {
            count = try copy(source, to: partial)
        } catch let error as DatabaseError {
            throw SQLiteStoreError(message: "\(source) cannot be copied to \(target): \(error)")
        }
        try sync(partial, O_RDONLY)
        // A link, unlike a renaming, replaces no file that has come meanwhile.
        guard link(partial, target) == 0 else { throw errno == EEXIST ? exists(target) : failure("\(target) cannot be created") }
        let folder = target.lastIndex(of: "/").map { String(target[...$0]) } ?? "."
        try sync(folder, O_RDONLY | O_DIRECTORY)
        return count
    }

    private static func copy(_ source: String, to target: String) throws -> Int {
        var reading = Configuration()
        reading.readonly = true
        reading.busyMode = .timeout(5)
        let original = try DatabaseQueue(path: source, configuration: reading)
        let backup = try DatabaseQueue(path: target)
        try original.backup(to: backup)
        return try backup.writeWithoutTransaction { database in
            // One file, that needs no -wal beside it. The store sets WAL mode again.
            let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
            guard mode == "delete" else {
                throw SQLiteStoreError(message: "\(target) keeps a write-ahead log: journal mode \(mode ?? "unknown")")
            }
            let problems = try String.fetchAll(database, sql: "PRAGMA integrity_check")
            guard problems == ["ok"] else { throw damaged(source, problems.first) }
            guard try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil else { throw damaged(source, "foreign keys") }
            guard try database.tableExists("stacks") else { throw SQLiteStoreError(message: "\(source) is no database of stacks") }
            return try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM stacks") ?? 0
        }
    }

    private static func sync(_ path: String, _ flags: CInt) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("\(path) cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("\(path) cannot be written to disk") }
    }

    private static func damaged(_ source: String, _ problem: String?) -> SQLiteStoreError {
        SQLiteStoreError(message: "\(source) is damaged, so no backup was made: \(problem ?? "the check said nothing")")
    }

    private static func exists(_ target: String) -> SQLiteStoreError {
        SQLiteStoreError(message: "\(target) exists; a backup replaces no file")
    }

    private static func failure(_ sentence: String) -> SQLiteStoreError {
        SQLiteStoreError(message: "\(sentence): \(String(cString: strerror(errno)))")
    }
}
