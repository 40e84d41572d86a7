import Stacks
import TestBasics
import TestSupport
import Testing

extension StackBench {
    @discardableResult
    func create(user: Int64 = 1, problem: Int64 = 1, key: String? = nil, digest: String = "digest") async throws -> Stack {
        try await service.create(.sample(user: user, problem: problem, key: key, digest: digest), logger: silentLogger).stack
    }

    func delete(_ id: StackID) async throws {
        try await service.delete(id, logger: silentLogger)
    }

    func stack(_ id: StackID) async throws -> Stack {
        try await service.stack(id, logger: silentLogger)
    }

    /// No Pod, no Service, no row and no port is held.
    func expectNothingLeft(of ports: Int = 2768, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(cluster.state.value.pods.isEmpty, sourceLocation: sourceLocation)
        #expect(cluster.state.value.services.isEmpty, sourceLocation: sourceLocation)
        let records = try await store.allRecords()
        #expect(records == [], sourceLocation: sourceLocation)
        #expect(self.ports.freeCount == ports, sourceLocation: sourceLocation)
    }
}

/// - Returns: the code of the error that `body` throws; nil when it throws none.
func errorCode(_ body: () async throws -> Void) async throws -> StackError.Code? {
    do {
        try await body()
        return nil
    } catch let error as StackError {
        return error.code
    }
}
