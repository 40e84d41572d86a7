import DynamoDBTestSupport
import Foundation
import StackStoreDynamoDB
import Stacks
import Synchronization
import Testing

@testable import ProvisionerCommands

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct TableHoldTests {
    private struct Failed: Error {}

    /// A replica may begin.
    private static func expectNoCopy(_ table: TestTable, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let copy = try await table.store.heartbeat(of: "a", at: Date())
        #expect(copy == nil, sourceLocation: sourceLocation)
    }

    /// Never renews by itself.
    private static func hold(_ table: TestTable) -> TableHold {
        TableHold(store: table.store, table: table.name, sleep: { _ in try await Task.sleep(for: .seconds(3600)) })
    }

    @Test func `while a table is held no replica may begin, and afterwards every one may`() async throws {
        try await TestTable.with { table in
            try await Self.hold(table).run {
                #expect(try await table.store.heartbeat(of: "a", at: Date()) != nil)
                try await table.store.endHeartbeat(of: "a")
            }
            try await Self.expectNoCopy(table)
        }
    }

    @Test func `a replica that is at work is not disturbed, and nothing is left of the attempt`() async throws {
        try await TestTable.with { table in
            try await Self.expectNoCopy(table)
            await #expect(throws: StoreCopy.Refusal.activeReplicas(["a"], table: table.name)) {
                try await Self.hold(table).run { throw Failed() }
            }
            try await Self.expectNoCopy(table)
        }
    }

    @Test func `a replica that wakes up meanwhile spoils the copy`() async throws {
        try await TestTable.with { table in
            let expected = StoreCopy.Refusal.activeReplicas(["sleeper"], table: table.name)
            await #expect(throws: expected) {
                try await Self.hold(table).run {
                    let copy = try await table.store.heartbeat(of: "sleeper", at: Date())
                    #expect(copy != nil)
                }
            }
        }
    }

    @Test func `two copies do not meet`() async throws {
        try await TestTable.with { table in
            try await Self.hold(table).run {
                let error = await #expect(throws: StoreCopy.Refusal.self) { try await Self.hold(table).run { throw Failed() } }
                #expect(error?.message.hasPrefix("table \(table.name) is being copied by another store copy") == true)
            }
        }
    }

    @Test func `a mark that is lost ends the copy`() async throws {
        try await TestTable.with { table in
            var hold = Self.hold(table)
            let token = hold.token
            hold.sleep = { _ in try await table.store.endCopy(token) }
            let error = await #expect(throws: StoreCopy.Refusal.self) {
                try await hold.run { try await Task.sleep(for: .seconds(3600)) }
            }
            #expect(error?.message.contains("is gone") == true)
        }
    }

    @Test func `the mark is renewed until the copy has ended`() async throws {
        try await TestTable.with { table in
            let clock = Mutex(Date(microseconds: 1_790_000_000_000_000))
            let renewals = Mutex(0)
            let (enough, isEnough) = AsyncStream<Void>.makeStream()
            var hold = Self.hold(table)
            hold.now = { clock.withLock { $0 } }
            hold.sleep = { duration in
                if renewals.withLock({ $0 }) == 5 {
                    isEnough.finish()
                    try await Task.sleep(for: .seconds(3600))
                }
                renewals.withLock { $0 += 1 }
                clock.withLock { $0 += Double(duration.components.seconds) }
            }
            try await hold.run {
                for await _ in enough {}
                let mark = try await table.store.beginCopy("other", at: clock.withLock { $0 })
                #expect(mark != nil)
            }
            #expect(renewals.withLock { $0 } == 5)
        }
    }

    @Test func `a copy that failed takes its mark away, even when it was cancelled`() async throws {
        try await TestTable.with { table in
            await #expect(throws: Failed.self) { try await Self.hold(table).run { throw Failed() } }
            try await Self.expectNoCopy(table)
            try await table.store.endHeartbeat(of: "a")
            let (begun, hasBegun) = AsyncStream<Void>.makeStream()
            let copy = Task {
                try await Self.hold(table).run {
                    hasBegun.finish()
                    try await Task.sleep(for: .seconds(3600))
                }
            }
            for await _ in begun {}
            copy.cancel()
            await #expect(throws: CancellationError.self) { try await copy.value }
            try await Self.expectNoCopy(table)
        }
    }
}
