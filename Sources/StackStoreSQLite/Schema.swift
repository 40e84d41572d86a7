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
        migrator.registerMigration("3 ports") { database in
            try database.execute(sql: ports)
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

    /// Several ports, stacks without an owner, network access, and the state `failed`, in which a stack holds nothing.
    ///
    /// SQLite cannot change the constraints of a table, so the table is written anew. `node_port` is null in a failed stack.
    private static let ports = """
        DROP TRIGGER stacks_inserted;
        DROP TRIGGER stacks_deleted;
        DROP INDEX stacks_by_expiry;
        ALTER TABLE stacks RENAME TO stacks_2;

        CREATE TABLE stacks (
            stack_id TEXT PRIMARY KEY NOT NULL,
            user_id INTEGER CHECK (user_id > 0),
            problem_id INTEGER CHECK (problem_id > 0),
            state TEXT NOT NULL CHECK (state IN ('reserved', 'active', 'deleting', 'failed')),
            owner TEXT NOT NULL,
            idempotency_key TEXT UNIQUE,
            request_digest TEXT,
            namespace TEXT NOT NULL,
            pod_spec TEXT NOT NULL,
            egress TEXT NOT NULL,
            failure_reason TEXT,
            failure_message TEXT,
            node_id TEXT,
            cpu_milli INTEGER NOT NULL CHECK (cpu_milli >= 0),
            memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        INSERT INTO stacks
            SELECT stack_id, user_id, problem_id, state, owner, idempotency_key, request_digest, namespace, pod_spec, 'none', NULL, NULL,
                node_id, cpu_milli, memory_bytes, created_at, updated_at, expires_at
            FROM stacks_2;

        CREATE TABLE ports (
            stack_id TEXT NOT NULL REFERENCES stacks (stack_id) ON DELETE CASCADE ON UPDATE CASCADE,
            position INTEGER NOT NULL,
            container_port INTEGER NOT NULL,
            protocol TEXT NOT NULL,
            name TEXT,
            node_port INTEGER UNIQUE,
            PRIMARY KEY (stack_id, position)
        ) STRICT;
        INSERT INTO ports SELECT stack_id, 0, container_port, protocol, port_name, node_port FROM stacks_2;
        DROP TABLE stacks_2;

        CREATE UNIQUE INDEX stacks_by_owner ON stacks (user_id, problem_id) WHERE state <> 'failed';
        CREATE INDEX stacks_by_user ON stacks (user_id);
        CREATE INDEX stacks_by_expiry ON stacks (state, expires_at);

        CREATE TRIGGER stacks_inserted AFTER INSERT ON stacks WHEN NEW.state <> 'failed' BEGIN
            UPDATE totals SET cpu_milli = cpu_milli + NEW.cpu_milli, memory_bytes = memory_bytes + NEW.memory_bytes;
        END;
        CREATE TRIGGER stacks_failed AFTER UPDATE OF state ON stacks WHEN NEW.state = 'failed' AND OLD.state <> 'failed' BEGIN
            UPDATE totals SET cpu_milli = cpu_milli - OLD.cpu_milli, memory_bytes = memory_bytes - OLD.memory_bytes;
        END;
        CREATE TRIGGER stacks_deleted AFTER DELETE ON stacks WHEN OLD.state <> 'failed' BEGIN
            UPDATE totals SET cpu_milli = cpu_milli - OLD.cpu_milli, memory_bytes = memory_bytes - OLD.memory_bytes;
        END;
        """
}
