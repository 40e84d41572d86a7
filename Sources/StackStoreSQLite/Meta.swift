import FoundationEssentials
import GRDB
import Stacks

/// The key-value table of store-wide data.
enum Meta {
    static let table = "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;"

    enum Name: String {
        case installationID = "installation_id"
        /// The key that readiness checks write.
        case probe
    }

    /// Creates the store's id if there is none.
    static func makeInstallationID(in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO NOTHING",
            arguments: [Name.installationID.rawValue, UUID().uuidString.lowercased()]
        )
    }

    static func installationID(in database: Database) throws -> String {
        let value = try String.fetchOne(database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Name.installationID.rawValue])
        guard let value, !value.isEmpty else { throw StoreError.unavailable("the table meta has no installation_id") }
        return value
    }

    static func set(_ name: Name, _ value: String, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            arguments: [name.rawValue, value]
        )
    }
}
