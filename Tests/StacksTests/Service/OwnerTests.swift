import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Creates without user and problem.
@Suite(.timeLimit(.minutes(1))) struct OwnerTests {
    private func withoutOwners(_ body: (StackBench) async throws -> Void) async throws {
        var options = StackBench.Options()
        options.settings.requireOwner = false
        options.settings.maxPerUser = 1
        try await withStackBench(options, body)
    }

    private static func request(_ user: Int64?, _ problem: Int64?, key: String? = nil) -> CreateRequest {
        .sample(user: user, problem: problem, key: key)
    }

    @Test func `stacks without an owner stand beside each other and carry no owner anywhere`() async throws {
        try await withoutOwners { bench in
            var records: [StackRecord] = []
            for _ in 0..<3 {
                records.append(try await bench.service.create(Self.request(nil, nil), logger: silentLogger).stack.record)
            }
            #expect(records.allSatisfy { $0.userID == nil && $0.problemID == nil && $0.state == .active })
            let labels = try #require(bench.cluster.state.value.pods[records[0].id]?.labels)
            #expect(
                labels == [
                    StackLabels.stackID: "\(records[0].id)", StackLabels.egress: "none", StackLabels.managedBy: StackLabels.managedByValue,
                ]
            )
            // Owners are still limited.
            try await bench.create(user: 1, problem: 1)
            #expect(try await errorCode { try await bench.create(user: 1, problem: 2) } == .userStackLimitReached)
            for record in try await bench.store.allRecords() { try await bench.delete(record.id) }
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a repeated key finds the stack without an owner`() async throws {
        try await withoutOwners { bench in
            let first = try await bench.service.create(Self.request(nil, nil, key: "K"), logger: silentLogger)
            let again = try await bench.service.create(Self.request(nil, nil, key: "K"), logger: silentLogger)
            #expect(again.isReplay && again.stack.record.id == first.stack.record.id)
        }
    }

    @Test(arguments: [(1, nil), (nil, 1)] as [(Int64?, Int64?)], [true, false])
    func `one of the two ids alone is refused by the name of the other`(ids: (Int64?, Int64?), requireOwner: Bool) async throws {
        var options = StackBench.Options()
        options.settings.requireOwner = requireOwner
        try await withStackBench(options) { bench in
            let error = await #expect(throws: StackError.self) {
                _ = try await bench.service.create(Self.request(ids.0, ids.1), logger: silentLogger)
            }
            let missing = ids.0 == nil ? "user_id" : "problem_id"
            #expect(error?.code == .invalidRequest && error?.message.hasPrefix("\(missing): is missing") == true)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `while owners are required a create without one is refused`() async throws {
        try await withStackBench { bench in
            let code = try await errorCode { _ = try await bench.service.create(Self.request(nil, nil), logger: silentLogger) }
            #expect(code == .invalidRequest)
        }
    }

    @Test func `the operator's egress is that of a stack whose request names none`() async throws {
        var options = StackBench.Options()
        options.settings.defaultEgress = .internet
        try await withStackBench(options) { bench in
            let first = try await bench.create(user: 1)
            #expect(first.record.egress == .internet)
            var request = CreateRequest.sample(user: 2)
            request.egress = Egress.none
            let second = try await bench.service.create(request, logger: silentLogger)
            #expect(second.stack.record.egress == Egress.none)
        }
    }
}
