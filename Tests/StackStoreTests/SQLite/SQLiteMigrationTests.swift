import Foundation
import GRDB
import PodPolicy
import Stacks
import TestBasics
import TestSupport
import Testing

@testable import StackStoreSQLite

/// A file that the last version with one port for each stack wrote: its tables are those of the step "2 meta".
@Suite struct SQLiteMigrationTests {
    private static let fixture = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/one-port.db")

    /// The records of the file, as that version read them.
    private static let records: [StackRecord] = {
        let reserved = StackRecord.sample(1, user: 1, problem: 2, key: "key 1", port: 30001)
        var active = StackRecord.sample(2, user: 1, problem: 3, owner: "owner-2", port: 30002, cpu: 250, memory: 128 << 20)
        active.ports[0].exposed = ExposedPort(containerPort: 5353, protocol: .udp, name: "dns")
        active.state = .active
        active.nodeID = "node-1"
        active.updatedAt = Date(microseconds: 1_750_000_001_000_000)
        var deleting = StackRecord.sample(3, user: .max, problem: .max, port: 65535)
        deleting.state = .deleting
        deleting.updatedAt = Date(microseconds: 1_750_000_002_000_000)
        return [reserved, active, deleting]
    }()

    /// Opens a copy of the file once for each step.
    private func withCopy(_ steps: (SQLiteStackStore) async throws -> Void...) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/stacks.sqlite"
            try FileManager.default.copyItem(at: Self.fixture, to: URL(filePath: path))
            for step in steps {
                let store = try SQLiteStackStore(path: path)
                try await step(store)
                try store.close()
            }
        }
    }

    @Test func `a file of the version before several ports keeps its stacks, sums and id`() async throws {
        try await withCopy { store in
            let records = try await store.allRecords()
            #expect(records == Self.records)
            #expect(try await store.reserved() == ResourceAmount(cpuMilli: 450, memoryBytes: 256 << 20))
            #expect(try await store.installationID() == "6f1d1f6e-8c1b-4d0a-9a51-3f3a3c9e7b10")
            #expect(try await store.records(ofUser: 1).records == Array(Self.records.prefix(2)))
        }
    }

    @Test func `what the stacks of such a file hold is held, and free once they are removed`() async throws {
        try await withCopy { store in
            #expect(try await store.refusal(of: .sample(9, user: 9, key: "key 1")) == .keyUsed(Self.records[0]))
            #expect(try await store.refusal(of: .sample(9, user: 1, problem: 3)) == .stackExists(.numbered(2)))
            let limits = ReservationLimits(stacksPerUser: 2, budget: nil)
            #expect(try await store.refusal(of: .sample(9, user: 1, problem: 9), within: limits) == .userLimitReached(count: 2))
            #expect(try await store.refusal(of: .sample(9, user: 9, ports: [30009, 65535, 30001])) == .portsTaken([65535, 30001]))
            for record in Self.records { try await store.drop(record.id) }
            #expect(try await store.reserved() == .zero)
            try await store.add(.sample(9, user: 1, problem: 3, key: "key 1", ports: [30001, 30002, 65535]))
        }
    }

    @Test func `such a file keeps being used, and the version before refuses it from then on`() async throws {
        let records = Observed<[StackRecord]>([])
        try await withCopy(
            { store in
                try await store.changePort(of: .numbered(1), owner: "owner-1", from: 30001, to: 30003, at: .start)
                _ = try await store.activate(.numbered(1), owner: "owner-1", nodeID: "node-1", at: .start)
                let all = try await store.allRecords()
                records.update { $0 = all }
            },
            { store in
                #expect(try await store.allRecords() == records.value)
                // The version before knows its own two steps only, and names the first one that it does not know.
                let applied = try await store.database.read { try Schema.migrator.appliedIdentifiers($0) }
                #expect(Set(applied).subtracting(["1 stacks", "2 meta"]) == ["3 ports"])
            }
        )
    }
}
