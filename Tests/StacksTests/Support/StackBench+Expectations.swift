import Stacks
import TestBasics
import TestSupport
import Testing

extension StackBench {
    @discardableResult
    func create(user: Int64 = 1, problem: Int64 = 1, key: String? = nil, digest: String = "digest") async throws -> Stack {
        try await service.create(.sample(user: user, problem: problem, key: key, digest: digest), logger: silentLogger).stack
    }

    /// Deletes a stack that is gone at once, or as soon as the test ends its Pod.
    func delete(_ id: StackID) async throws {
        #expect(try await service.delete(id, logger: silentLogger) == .gone)
    }

    /// Deletes a stack that is not gone in time.
    func deletePending(_ id: StackID, respondsAsync: Bool = false) async throws {
        #expect(try await service.delete(id, respondsAsync: respondsAsync, logger: silentLogger) == .pending)
    }

    func renew(_ id: StackID, for timeToLive: Duration? = nil) async throws -> Stack {
        try await service.renew(id, timeToLive: timeToLive, logger: silentLogger)
    }

    /// A create meets a stack that is on its way out.
    func expectLeaving(_ id: StackID, user: Int64 = 1, problem: Int64 = 1, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let error = await #expect(throws: StackError.self, sourceLocation: sourceLocation) {
            try await create(user: user, problem: problem)
        }
        #expect(error?.code == .stackExists && error?.retryAfterSeconds == 5, sourceLocation: sourceLocation)
        #expect(error?.conflict == StackError.Conflict(stackID: id, isLeaving: true), sourceLocation: sourceLocation)
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
