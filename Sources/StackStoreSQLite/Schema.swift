import GRDB

/// The migrations, in order. A released migration never changes.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 stacks") { database in
            try database.execute(sql: stacks)
        }
        migrator.registerMigration("2 meta") { database in
            try database.execute(sql: Meta.table)
        }
        return migrator
    }

    /// - Throws: ``SQLiteStoreError`` if a later version has migrated the tables.
    static func refuseNewer(_ database: DatabasePool, path: String) throws {
        let applied = try database.read { try migrator.appliedIdentifiers($0) }
        guard let unknown = applied.subtracting(migrator.migrations).min() else { return }
        throw SQLiteStoreError(
            message: "\(path) was written by a newer version of this program (it has the step \"\(unknown)\" of its tables); "
                + "run that version, or set STACK_SQLITE_PATH to a backup from before"
        )
    }

    /// Times are microseconds since 1970. Triggers keep the one row of `totals`, so that a reservation takes constant time.
    private static let stacks = """
        CREATE TABLE stacks (
            stack_id TEXT PRIMARY KEY NOT NULL,
            user_id INTEGER NOT NULL CHECK (user_id > 0),
            problem_id INTEGER NOT NULL CHECK (problem_id > 0),
            state TEXT NOT NULL CHECK (state IN ('reserved', 'active', 'deleting')),
            owner TEXT NOT NULL,
            idempotency_key TEXT UNIQUE,
            request_digest TEXT,
            namespace TEXT NOT NULL,
            pod_spec TEXT NOT NULL,
            container_port INTEGER NOT NULL,
            protocol TEXT NOT NULL,
            port_name TEXT,
            node_port INTEGER NOT NULL UNIQUE,
            node_id TEXT,
            cpu_milli INTEGER NOT NULL CHECK (cpu_milli >= 0),
            memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            UNIQUE (user_id, problem_id)
        ) STRICT;
        CREATE INDEX stacks_by_expiry ON stacks (state, expires_at);

        CREATE TABLE totals (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            cpu_milli INTEGER NOT NULL CHECK (cpu_milli >= 0),
            memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0)
        ) STRICT;
        INSERT INTO totals VALUES (1, 0, 0);
        CREATE TRIGGER stacks_inserted AFTER INSERT ON stacks BEGIN
            UPDATE totals SET cpu_milli = cpu_milli + NEW.cpu_milli, memory_bytes = memory_bytes + NEW.memory_bytes;
        END;
        CREATE TRIGGER stacks_deleted AFTER DELETE ON stacks BEGIN
            UPDATE totals SET cpu_milli = cpu_milli - OLD.cpu_milli, memory_bytes = memory_bytes - OLD.memory_bytes;
        END;
        """
}
