import Foundation
import GRDB
import Glibc
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import StackStoreSQLite

/// The file behind the embedded store: who may open it, and what it keeps.
@Suite struct SQLiteFileTests {
    @Test func `a second store on the same file is refused, and may open it after the first has ended`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            do {
                let first = try SQLiteStackStore(path: path)
                let refusal = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStackStore(path: path) }
                let message = try #require(refusal?.description)
                #expect(message.contains("another process holds \(path).lock"))
                #expect(message.contains("STACK_STORE=dynamodb"))
                // The refused one has harmed nothing.
                try await first.reserve(.sample(), within: .none)
                try first.close()
            }
            let second = try SQLiteStackStore(path: path)
            #expect(try await second.allRecords() == [.sample()])
            try second.close()
        }
    }

    @Test func `reopening keeps everything`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            let (records, reserved) = try await reopened(path) { store in
                for (number, state) in StackRecord.State.allCases.enumerated() {
                    try await store.add(.sample(number, key: "key \(number)"), state: state)
                }
                return (try await store.allRecords(), try await store.reserved())
            }
            try await reopened(path) { store in
                #expect(try await store.allRecords() == records)
                #expect(try await store.reserved() == reserved)
                #expect(try await store.refusal(of: .sample(9, key: "key 1")) == .keyUsed(records[1]))
                let isMigrated = try await store.database.read { try Schema.migrator.hasCompletedMigrations($0) }
                #expect(isMigrated)
            }
        }
    }

    @Test(arguments: ["remove the lock", "link", "symbolic link"])
    func `no detour leads a second store to the same file`(detour: String) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            let first = try SQLiteStackStore(path: path)
            var second = folder + "/other.sqlite"
            switch detour {
            case "link": try FileManager.default.linkItem(atPath: path, toPath: second)
            case "symbolic link": try FileManager.default.createSymbolicLink(atPath: second, withDestinationPath: path)
            default:
                try FileManager.default.removeItem(atPath: path + ".lock")
                second = path
            }
            let refusal = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStackStore(path: second) }
            #expect(refusal?.description.contains("another process holds \(second):") == true)
            try await first.reserve(.sample(), within: .none)
            try first.close()
        }
    }

    @Test func `only a lock that another holds is called that`() {
        #expect(FileLock.reason(EWOULDBLOCK, path: "/s").contains("another process holds /s"))
        #expect(FileLock.reason(ENOLCK, path: "/s").contains("its file system keeps no locks"))
        #expect(FileLock.reason(EIO, path: "/s") == "/s cannot be locked: Input/output error")
    }

    @Test func `a file of a newer version is refused with the step that is unknown, and left as it is`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            try await reopened(path) { store in
                try await store.reserve(.sample(), within: .none)
                try await store.database.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('3 networks')") }
            }
            let refusal = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStackStore(path: path) }
            #expect(
                refusal?.message.contains("\(path) was written by a newer version of this program (it has the step \"3 networks\"") == true
            )
        }
    }

    @Test func `a file of the first version opens, keeps its stacks and gets an installation id that stays`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            try await reopened(path) { store in
                try await store.reserve(.sample(), within: .none)
                try await store.database.write {
                    try $0.execute(sql: "DROP TABLE meta; DELETE FROM grdb_migrations WHERE identifier = '2 meta'")
                }
            }
            let id = try await reopened(path) { store in
                #expect(try await store.allRecords() == [.sample()])
                return try await store.installationID()
            }
            #expect(UUID(uuidString: id) != nil)
            #expect(try await reopened(path) { try await $0.installationID() } == id)
        }
    }

    @Test func `migrating what is migrated changes nothing`() async throws {
        try await withSQLiteStore { store in
            let schema = "SELECT group_concat(sql, ';') FROM sqlite_master"
            try await store.reserve(.sample(), within: .none)
            let before = try await store.database.read { try String.fetchOne($0, sql: schema) }
            for _ in 0..<3 { try Schema.migrator.migrate(store.database) }
            #expect(try await store.database.read { try String.fetchOne($0, sql: schema) } == before)
            #expect(try await store.allRecords() == [.sample()])
        }
    }

    @Test func `missing folders are made, and only the owner may read the lock`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/a/b/stacks.sqlite"
            try SQLiteStackStore(path: path).close()
            #expect(FileManager.default.fileExists(atPath: path))
            let mode = try FileManager.default.attributesOfItem(atPath: path + ".lock")[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func `a folder that cannot be made is named`() async throws {
        try await withTemporaryFolder { folder in
            // A file where the folder should be stops even the superuser.
            try Data().write(to: URL(filePath: folder + "/file"))
            let path = folder + "/file/stacks.sqlite"
            let refusal = #expect(throws: (any Error).self) { _ = try SQLiteStackStore(path: path) }
            let error = try #require(refusal as? SQLiteStoreError, "found \(String(describing: refusal))")
            #expect(error.description.contains(path))
        }
    }

    @Test func `a folder in the place of the file is named`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let refusal = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStackStore(path: path) }
            #expect(refusal?.description.contains("\(path) cannot be opened as the store") == true)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
    func `a folder that cannot be written is named`() async throws {
        let path = "/proc/self/stacks.sqlite"
        let refusal = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStackStore(path: path) }
        #expect(refusal?.description.contains(path) == true)
    }

    @Test func `a file that is no database is named, left as it is, and not locked afterwards`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            let text = Data(String(repeating: "this is no database. ", count: 400).utf8)
            try text.write(to: URL(filePath: path))
            for _ in 0..<2 {
                let refusal = #expect(throws: SQLiteStoreError.self) { _ = try SQLiteStackStore(path: path) }
                #expect(refusal?.description.contains("\(path) cannot be opened as the store") == true)
                #expect(refusal?.description.contains("not a database") == true)
            }
            #expect(try Data(contentsOf: URL(filePath: path)) == text)
        }
    }

    private func reopened<Result>(_ path: String, _ body: (SQLiteStackStore) async throws -> Result) async throws -> Result {
        let store = try SQLiteStackStore(path: path)
        let result = try await body(store)
        try store.close()
        return result
    }
}
