import FoundationEssentials
import GRDB
import Glibc
import Stacks
import Synchronization
import TestBasics
import TestSupport
import Testing

@testable import StackStoreSQLite

/// The records in memory are those of the file, whatever is written, fails or is cancelled.
@Suite struct SQLiteMemoryTests {
    /// Lets commits fail at random, as a disk may.
    private final class FailingCommits: TransactionObserver, Sendable {
        private let generator: Mutex<SeededGenerator>

        init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed)) }

        func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
        func databaseDidChange(with event: DatabaseEvent) {}
        func databaseDidCommit(_ db: Database) {}
        func databaseDidRollback(_ db: Database) {}

        func databaseWillCommit() throws {
            if generator.withLock({ Int.random(in: 0..<4, using: &$0) }) == 0 { throw DatabaseError(resultCode: .SQLITE_IOERR) }
        }
    }

    /// One write that collides with others now and then.
    private enum Write: Sendable {
        case reserve(StackRecord)
        case changePort(Int, from: Int, to: Int)
        case activate(Int)
        case fail(Int)
        case beginDelete(Int)
        case beginDeleteOf(OwnerFilter)
        case renew(Int)
        case remove(Int)

        private static let ids = 0..<40
        private static let ports = 30000..<30060

        static func random(using generator: inout SeededGenerator) -> Write {
            let number = Int.random(in: ids, using: &generator)
            switch Int.random(in: 0..<14, using: &generator) {
            case 0..<5:
                // Several of the same moment, so that their ids decide on the order.
                let created = Date.start(plus: Int64.random(in: 0..<10, using: &generator))
                let user = Bool.random(using: &generator) ? Int64.random(in: 1...3, using: &generator) : nil
                return .reserve(.sample(number, user: user, port: ports.randomElement(using: &generator), createdAt: created))
            case 5: return .changePort(number, from: .random(in: ports, using: &generator), to: .random(in: ports, using: &generator))
            case 6, 7: return .activate(number)
            case 8: return .fail(number)
            case 9, 10: return .beginDelete(number)
            case 11 where Int.random(in: 0..<5, using: &generator) == 0:
                return .beginDeleteOf(OwnerFilter(userID: .random(in: 1...3, using: &generator)))
            case 12: return .renew(number)
            default: return .remove(number)
            }
        }

        /// - Returns: false if the write was refused or has failed.
        func run(on store: SQLiteStackStore, at now: Date) async throws -> Bool {
            do {
                switch self {
                case .reserve(let record): try await store.reserve(record, within: .none)
                case .changePort(let number, let old, let new):
                    let held = try await store.record(.numbered(number))?.nodePort ?? old
                    try await store.changePort(of: .numbered(number), owner: "owner-1", from: held, to: new, at: now)
                case .activate(let number): _ = try await store.activate(.numbered(number), owner: "owner-1", nodeID: "node-1", at: now)
                case .fail(let number): try await store.fail(.numbered(number), failure: .sample, expiresAt: now, at: now)
                case .beginDelete(let number): _ = try await store.beginDelete(.numbered(number), ifUnchanged: nil, at: now)
                case .beginDeleteOf(let owner): _ = try await store.beginDelete(of: owner, inNamespace: "stacks", at: now)
                case .renew(let number):
                    guard let seen = try await store.record(.numbered(number)) else { return false }
                    _ = try await store.renew(.numbered(number), to: now.addingTimeInterval(60), ifUnchanged: seen, at: now)
                case .remove(let number): try await store.remove(.numbered(number))
                }
                return true
            } catch is StoreError {
                return false
            } catch is ReservationRefusal {
                return false
            } catch is CancellationError {
                return false
            }
        }
    }

    static func expectMemoryOfFile(_ store: SQLiteStackStore, _ context: Comment) async throws {
        let file = try await store.database.read { try StackRow.all(in: $0) }
        #expect(try await store.records() == file, context)
        for user in Int64(1)...3 {
            #expect(try await store.records(ofUser: user).records == file.records.filter { $0.userID == user }, context)
        }
        for number in 0..<40 {
            #expect(try await store.record(.numbered(number)) == file.records.first { $0.id == .numbered(number) }, context)
        }
    }

    @Test func `a COMMIT that the disk refuses changes no memory, neither then nor at the next commit`() async {
        // A process of its own: the limit holds for all of its files.
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            try await withSQLiteStore { store in
                try await store.reserve(.sample(1, user: 1, port: 30001, createdAt: .start), within: .none)
                _ = try await store.beginDelete(.numbered(1), ifUnchanged: nil, at: .start(plus: 1))
                var limit = rlimit()
                getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                let unlimited = limit
                limit.rlim_cur = 4096
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                await #expect(throws: StoreError.self) { try await store.remove(.numbered(1)) }
                limit = unlimited
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
                try await store.reserve(.sample(2, user: 2, port: 30002, createdAt: .start), within: .none)
                #expect(try await store.record(.numbered(1)) != nil)
                try await SQLiteMemoryTests.expectMemoryOfFile(store, "after the next commit")
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `memory and file are the same after each of many writes of which some fail`(seed: UInt64) async throws {
        try await withSQLiteStore { store in
            let faults = FailingCommits(seed: seed)
            store.database.add(transactionObserver: faults)
            var generator = SeededGenerator(seed: seed)
            var outcomes = [true: 0, false: 0]
            for step in 0..<400 {
                let isDone = try await Write.random(using: &generator).run(on: store, at: .start(plus: Int64(step)))
                outcomes[isDone, default: 0] += 1
                try await Self.expectMemoryOfFile(store, "seed \(seed), step \(step)")
            }
            #expect(outcomes.values.allSatisfy { $0 > 50 }, "seed \(seed): \(outcomes)")
            #expect(try await store.records().records.count > 5)
            try store.load()
            try await Self.expectMemoryOfFile(store, "seed \(seed), read anew")
        }
    }

    @Test(arguments: [UInt64(4), 5])
    func `memory and file are the same after many writes at once of which some fail and some are cancelled`(seed: UInt64) async throws {
        try await withSQLiteStore { store in
            let faults = FailingCommits(seed: seed)
            store.database.add(transactionObserver: faults)
            var generator = SeededGenerator(seed: seed)
            for round in 0..<30 {
                let writes = (0..<20).map { _ in Write.random(using: &generator) }
                let cancelled = Int.random(in: 0..<20, using: &generator)
                try await withThrowingTaskGroup { group in
                    for (index, write) in writes.enumerated() {
                        let now = Date.start(plus: Int64(round * 20 + index))
                        group.addTask { _ = try await write.run(on: store, at: now) }
                    }
                    for _ in 0..<cancelled { try await group.next() }
                    group.cancelAll()
                    while let result = await group.nextResult() { try result.get() }
                }
                try await Self.expectMemoryOfFile(store, "seed \(seed), round \(round)")
            }
        }
    }

    @Test func `a read that comes after a write sees it, and one of before keeps what it has read`() async throws {
        try await withSQLiteStore { store in
            try await store.reserve(.sample(1), within: .none)
            let before = try await store.records()
            try await store.reserve(.sample(2), within: .none)
            #expect(before.records.map(\.id) == [.numbered(1)])
            #expect(try await store.records().records.map(\.id) == [.numbered(1), .numbered(2)])
        }
    }
}
