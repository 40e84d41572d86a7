import DynamoDBTestSupport
import Stacks
import TestSupport
import Testing

/// A store that must pass the conformance suite. Each test gets a new, empty one, which is removed afterwards.
struct StoreFactory: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Whether a list shows the store as it was at one moment, even while others write.
    var listsAreSnapshots = true
    /// Runs a test with a new store.
    var withStore: @Sendable (@escaping @Sendable (any StackStore) async throws -> Void) async throws -> Void

    /// Every store there is; DynamoDB when the tests were given an endpoint.
    static let all: [StoreFactory] = [.sqlite] + (TestTable.endpoint == nil ? [] : [.dynamodb])

    static let sqlite = StoreFactory(testDescription: "SQLite") { body in
        try await withSQLiteStore { try await body($0) }
    }

    static let dynamodb = StoreFactory(testDescription: "DynamoDB", listsAreSnapshots: false) { body in
        try await TestTable.with { try await body($0.store) }
    }
}

/// Where and what is conformed to: every test in here runs against every store.
@Suite struct StoreConformance {}
