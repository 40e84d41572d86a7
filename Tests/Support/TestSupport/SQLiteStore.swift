package import StackStoreSQLite
import TestBasics

/// Runs `body` with a new SQLite store and removes it afterwards.
package func withSQLiteStore<Result>(_ body: (SQLiteStackStore) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
        let store = try SQLiteStackStore(path: folder + "/stacks.sqlite")
        let result = try await body(store)
        try store.close()
        return result
    }
}
