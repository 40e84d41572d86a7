import Foundation
import StackStoreSQLite
import Stacks
import Subprocess
import TestBasics
import TestSupport
import Testing

@testable import ProvisionerCommands

/// `provisioner store backup` beside the service.
@Suite struct StoreBackupTests {
    @Test func `a backup is made while the service runs, and the service starts with it in the place of its database`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            let records = try await Self.makeDatabase(path)
            let backup = folder + "/backup"
            try await ServeProcessTests.withService(["HTTP_ADDR": "127.0.0.1:0", "STACK_SQLITE_PATH": path]) { _ in
                let made = try await Program.run(["store", "backup", backup], ["STACK_SQLITE_PATH": path])
                #expect(made.status == .exited(0), "\(made.err)")
                #expect(made.out == "\(backup) holds the 1 stacks of \(path)\n")
                let again = try await Program.run(["store", "backup", "--from", path, backup], [:])
                #expect(again.status == .exited(1))
                #expect(again.err == "error: \(backup) exists; a backup replaces no file\n")
            }
            for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
                try FileManager.default.removeItem(atPath: path + suffix)
            }
            try FileManager.default.moveItem(atPath: backup, toPath: path)
            try await ServeProcessTests.withService(["HTTP_ADDR": "127.0.0.1:0", "STACK_SQLITE_PATH": path]) { _ in }
            let restored = try SQLiteStackStore(path: path)
            #expect(try await restored.records().records.map(\.id) == records.map(\.id))
            try restored.close()
        }
    }

    /// A function apart: the file is locked for as long as the store exists.
    private static func makeDatabase(_ path: String) async throws -> [StackRecord] {
        let store = try SQLiteStackStore(path: path)
        try await store.reserve(.sample(7), within: ReservationLimits(stacksPerUser: 5, budget: nil))
        let records = try await store.records().records
        try store.close()
        return records
    }

    @Test(arguments: [
        (["STACK_STORE": "dynamodb"], "STACK_STORE: is dynamodb"), (["STACK_STORE": "redis"], "STACK_STORE: is \"redis\""),
    ])
    func `a configuration without an SQLite database is told by name`(environment: [String: String], complaint: String) async throws {
        let outcome = try await Program.run(["store", "backup", "/nonexistent/backup"], environment)
        #expect(outcome.status == .exited(2))
        #expect(outcome.err.hasPrefix("error: \(complaint)"), "\(outcome.err)")
    }
}
