import Stacks
import TestSupport
import Testing

/// A store that must pass the conformance suite. Each test gets a new, empty one, which is removed afterwards.
struct StoreFactory: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Runs a test with a new store.
    var withStore: @Sendable (@Sendable (any StackStore) async throws -> Void) async throws -> Void

    /// Every store there is.
    static let all: [StoreFactory] = [.sqlite]

    static let sqlite = StoreFactory(testDescription: "SQLite") { body in
        try await withSQLiteStore { try await body($0) }
    }
}

/// Where and what is conformed to: every test in here runs against every store.
@Suite struct StoreConformance {}
