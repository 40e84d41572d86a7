import DynamoDB
import DynamoDBTestSupport
import Foundation
import Logging
import StackStoreDynamoDB
import Stacks
import Synchronization
import TestSupport
import Testing

@testable import ProvisionerCommands

@Suite(.enabled(if: TestTable.endpoint != nil, "TEST_DYNAMODB_ENDPOINT is unset"))
struct StoreWatchTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private struct Failed: Error {}

    private static func beginCopy(_ table: TestTable) async throws {
        let other = try await table.store.beginCopy("copy", at: Date())
        #expect(other == nil)
    }

    private static func watch(
        _ table: TestTable,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) -> StoreWatch {
        StoreWatch(
            store: .dynamodb(table.store, client: table.client, table: StackTable(client: table.client, name: table.name)),
            owner: "replica-a",
            namespace: "stacks",
            logger: logger,
            sleep: sleep
        )
    }

    @Test func `a store that cannot be reached is looked at until it can, and only then the reconciler begins`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            proxy.setFate { _ in
                .answer(status: 400, #"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "not yet"}"#)
            }
            let pauses = Mutex<[Duration]>([])
            let (served, isServed) = AsyncStream<Void>.makeStream()
            let watch = Self.watch(table) { duration in
                pauses.withLock { $0.append(duration) }
                guard pauses.withLock({ $0.count }) < 3 else {
                    isServed.finish()
                    return try await Task.sleep(for: .seconds(3600))
                }
                if pauses.withLock({ $0.count }) == 2 { proxy.setFate { _ in .forward } }
            }
            let running = Task { try await watch.run() }
            try await watch.asked.wait()
            try await watch.passed.wait()
            for await _ in served {}
            #expect(pauses.withLock { $0 } == [StoreWatch.patience, StoreWatch.patience, DynamoDBStackStore.heartbeatInterval])
            #expect(try await table.store.activeReplicas(at: Date()) == ["replica-a"])
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
        }
    }

    @Test func `a store that is not reached lets the requests in and holds the reconciler back`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            proxy.setFate { _ in
                .answer(status: 400, #"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}"#)
            }
            let watch = Self.watch(table) { _ in try await Task.sleep(for: .seconds(3600)) }
            let running = Task { try await watch.run() }
            try await watch.asked.wait()
            #expect(!watch.passed.isReached)
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
        }
    }

    @Test func `a copy that is under way keeps the service from beginning`() async throws {
        try await TestTable.with { table in
            try await Self.beginCopy(table)
            let watch = Self.watch(table) { _ in throw Failed() }
            let error = await #expect(throws: CopyUnderWay.self) { try await watch.run() }
            #expect(error?.table == table.name)
            #expect(!watch.asked.isReached && !watch.passed.isReached)
        }
    }

    @Test func `a copy that a later heartbeat discovers ends the service`() async throws {
        try await TestTable.with { table in
            let watch = Self.watch(table) { _ in try await Self.beginCopy(table) }
            await #expect(throws: CopyUnderWay.self) { try await watch.run() }
            #expect(watch.passed.isReached)
        }
    }

    @Test func `a failed heartbeat does not end the service`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            let rounds = Mutex(0)
            let watch = Self.watch(table) { _ in
                let round = rounds.withLock { rounds in
                    rounds += 1
                    return rounds
                }
                switch round {
                case 1:
                    proxy.setFate { _ in
                        .answer(status: 400, #"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}"#)
                    }
                case 2: proxy.setFate { _ in .forward }
                default: throw CancellationError()
                }
            }
            await #expect(throws: CancellationError.self) { try await watch.run() }
            #expect(rounds.withLock { $0 } == 3)
        }
    }

    @Test func `another namespace ends the service before it has asked for anything else`() async throws {
        try await TestTable.with { table in
            try await table.store.reserve(.sample(1), within: .unlimited)
            var watch = Self.watch(table) { _ in throw Failed() }
            watch.namespace = "elsewhere"
            await #expect(throws: OpenStore.ForeignNamespace.self) { try await watch.run() }
            #expect(!watch.asked.isReached)
        }
    }

    @Test func `a replica without all rights writes its heartbeat all the same, and discovers a copy`() async throws {
        try await TestTable.with { table in
            guard let proxy = table.proxy else { return }
            proxy.setFate { request in
                guard request.operation == "DescribeTable" else { return .forward }
                return .answer(status: 400, #"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}"#)
            }
            let watch = Self.watch(table) { _ in try await Self.beginCopy(table) }
            await #expect(throws: CopyUnderWay.self) { try await watch.run() }
            #expect(watch.asked.isReached && !watch.passed.isReached)
            let replicas = try await table.store.activeReplicas(at: Date())
            #expect(replicas == ["replica-a"])
        }
    }

    @Test func `no heartbeat is written to the table of another system`() async throws {
        try await TestTable.with { table in
            let item: DynamoDB.Item = ["pk": .s("GLOBAL"), "sk": .s("RESOURCES")]
            _ = try await table.client.putItem(DynamoDB.PutItemInput(item: item, tableName: table.name))
            let watch = Self.watch(table) { _ in throw Failed() }
            await #expect(throws: StackTableError.self) { try await watch.run() }
            #expect(!watch.asked.isReached)
            #expect(try await table.store.activeReplicas(at: Date()).isEmpty)
        }
    }

    @Test(.enabled(if: TestTable.endpoint?.hasPrefix("http") == true, "TEST_DYNAMODB_ENDPOINT is no URL"))
    func `closing in a cancelled task removes the heartbeat and closes the client`() async throws {
        let endpoint = try #require(TestTable.endpoint)
        try await TestTable.with { table in
            let credentials = AWSCredentials(accessKeyID: "test", secretAccessKey: "test")
            let configuration = try DynamoDB.Configuration(region: "us-east-1", endpoint: endpoint, credentials: credentials)
            let client = DynamoDB(configuration: configuration, logger: Self.logger)
            let store = DynamoDBStackStore(client: client, table: table.name)
            #expect(try await store.heartbeat(of: "replica-a", at: Date()) == nil)
            let opened = OpenStore.dynamodb(store, client: client, table: StackTable(client: client, name: table.name))
            let closing = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await opened.close(as: "replica-a")
            }
            try await closing.value
            #expect(try await table.store.activeReplicas(at: Date()).isEmpty)
            await #expect(throws: (any Error).self) { try await store.checkReadiness() }
        }
    }

    @Test func `a milestone is waited for by many, and one who is cancelled stays behind alone`() async throws {
        let milestone = Milestone()
        let first = Task { try await milestone.wait() }
        let second = Task { try await milestone.wait() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        milestone.reach()
        try await second.value
        try await milestone.wait()
        #expect(milestone.isReached)
    }
}
