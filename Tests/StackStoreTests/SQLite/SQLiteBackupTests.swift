import Foundation
import GRDB
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import StackStoreSQLite

@Suite struct SQLiteBackupTests {
    @Test func `a backup during writes has the state of one moment, in one file that opens as a store`() async throws {
        try await withTemporaryFolder { folder in
            let store = try SQLiteStackStore(path: folder + "/stacks.sqlite")
            try await store.reserve(.sample(0), within: .none)
            let isEnough = Observed(false)
            let written = try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    var next = 1
                    while !isEnough.value {
                        try await store.reserve(.sample(next), within: .none)
                        next += 1
                    }
                    return next
                }
                for round in 0..<5 { _ = try SQLiteBackup.write(folder + "/stacks.sqlite", to: folder + "/backup-\(round)") }
                isEnough.update { $0 = true }
                return try await group.next() ?? 0
            }
            try store.close()
            var last = 0
            for round in 0..<5 {
                let copy = try SQLiteStackStore(path: folder + "/backup-\(round)")
                let ids = try await copy.allRecords().map(\.id)
                #expect(Set(ids) == Set((0..<ids.count).map { StackID.numbered($0) }))
                #expect(try await copy.reserved().cpuMilli == Int64(ids.count) * 100)
                #expect((max(last, 1)...written).contains(ids.count))
                last = ids.count
                try copy.close()
            }
        }
    }

    @Test func `the backup of a store that nobody has open leaves one file, for its owner alone`() async throws {
        try await withTemporaryFolder { folder in
            // A function, at whose end the store lets go of the file.
            func makeStore() async throws -> String {
                let store = try SQLiteStackStore(path: folder + "/stacks.sqlite")
                for number in 0..<3 { try await store.reserve(.sample(number), within: .none) }
                let installation = try await store.installationID()
                try store.close()
                return installation
            }
            let installation = try await makeStore()
            let before = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
            let backup = folder + "/backup"
            #expect(try SQLiteBackup.write(folder + "/stacks.sqlite", to: backup) == 3)
            let made = try Set(FileManager.default.contentsOfDirectory(atPath: folder)).subtracting(before)
            #expect(made.subtracting(["stacks.sqlite-wal", "stacks.sqlite-shm"]) == ["backup"])
            #expect(try FileManager.default.attributesOfItem(atPath: backup)[.posixPermissions] as? Int == 0o600)
            let copy = try SQLiteStackStore(path: backup)
            #expect(try await copy.installationID() == installation)
            try copy.close()
            // The original is none the worse for it.
            try SQLiteStackStore(path: folder + "/stacks.sqlite").close()
        }
    }

    @Test func `a backup replaces no file`() async throws {
        try await withTemporaryFolder { folder in
            try SQLiteStackStore(path: folder + "/stacks.sqlite").close()
            let target = folder + "/taken"
            try Data("mine".utf8).write(to: URL(filePath: target))
            let error = #expect(throws: SQLiteStoreError.self) { try SQLiteBackup.write(folder + "/stacks.sqlite", to: target) }
            #expect(error?.message == "\(target) exists; a backup replaces no file")
            #expect(try Data(contentsOf: URL(filePath: target)) == Data("mine".utf8))
        }
    }

    @Test(arguments: ["missing", "text", "empty", "foreign", "no folder"])
    func `a backup that fails leaves no file and says why`(fault: String) async throws {
        try await withTemporaryFolder { folder in
            let (source, target) = (folder + "/source", folder + (fault == "no folder" ? "/none/backup" : "/backup"))
            switch fault {
            case "text": try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: source))
            case "empty": try Data().write(to: URL(filePath: source))
            case "foreign": try await DatabaseQueue(path: source).write { try $0.execute(sql: "CREATE TABLE other (a)") }
            case "no folder": try SQLiteStackStore(path: source).close()
            default: break
            }
            let before = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
            let error = #expect(throws: SQLiteStoreError.self) { try SQLiteBackup.write(source, to: target) }
            #expect(error?.message.contains(fault == "no folder" ? target : source) == true, "\(String(describing: error))")
            let after = try Set(FileManager.default.contentsOfDirectory(atPath: folder))
            #expect(after.subtracting(["source-wal", "source-shm"]) == before)
        }
    }
}
