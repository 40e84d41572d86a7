import TestSupport
import Testing

@testable import Stacks

@Suite struct StackErrorTests {
    struct Row: Sendable {
        var from: ClusterError.Code
        var to: StackError.Code
        /// When the API server gave no time itself.
        var retry: Int?
        /// Whether the caller reads what the API server said.
        var tells: Bool
    }

    @Test(arguments: [
        Row(from: .portAllocated, to: .nodePortsExhausted, retry: 30, tells: true),
        Row(from: .portOutOfRange, to: .nodePortsExhausted, retry: 30, tells: true),
        Row(from: .limitRange, to: .limitRangeViolated, retry: nil, tells: true),
        Row(from: .quota, to: .quotaExceeded, retry: 30, tells: true),
        Row(from: .unschedulable, to: .unschedulable, retry: 30, tells: true),
        Row(from: .podGone, to: .kubernetesUnavailable, retry: 5, tells: true),
        Row(from: .namespaceMissing, to: .namespaceMissing, retry: nil, tells: false),
        Row(from: .namespaceTerminating, to: .namespaceTerminating, retry: nil, tells: false),
        Row(from: .admissionDenied, to: .admissionDenied, retry: nil, tells: false),
        Row(from: .unauthorized, to: .kubernetesUnauthorized, retry: nil, tells: false),
        Row(from: .forbidden, to: .kubernetesForbidden, retry: nil, tells: false),
        Row(from: .invalid, to: .invalidPodSpec, retry: nil, tells: true),
        Row(from: .unavailable, to: .kubernetesUnavailable, retry: 5, tells: false),
        Row(from: .unexpected, to: .internalError, retry: nil, tells: false),
    ])
    func `every refusal of Kubernetes has a code, and says no more than a caller may know`(row: Row) {
        let error = StackError(ClusterError(row.from, "the server's own words"))
        #expect(error.code == row.to)
        #expect(error.retryAfterSeconds == row.retry)
        #expect(error.message.contains("the server's own words") == row.tells)
        #expect(!error.message.isEmpty)
    }

    @Test(arguments: [ClusterError.Code.portAllocated, .quota, .unschedulable, .podGone, .unavailable])
    func `the API server's own time to wait is passed on`(code: ClusterError.Code) {
        #expect(StackError(ClusterError(code, "busy", retryAfterSeconds: 17)).retryAfterSeconds == 17)
    }

    @Test func `refusals of a reservation name user, stack and limit`() throws {
        let request = CreateRequest.sample(user: 101, problem: 1001)
        let limits = ReservationLimits(stacksPerUser: 5, budget: nil)
        func error(_ refusal: any Error) -> StackError? { StackError(refusal: refusal, request: request, limits: limits) }

        let limit = try #require(error(ReservationRefusal.userLimitReached(count: 5)))
        #expect(limit == StackError(.userStackLimitReached, "user 101 has 5 stacks; at most 5 are allowed", retryAfterSeconds: 30))
        let budget = try #require(error(ReservationRefusal.overBudget(reserved: .zero)))
        #expect(budget.code == .clusterSaturated)
        #expect(budget.retryAfterSeconds == 30)
        // What is answered with another look at the store.
        #expect(error(ReservationRefusal.stackExists(.numbered(1))) == nil)
        #expect(error(ReservationRefusal.portsTaken([30001])) == nil)
        #expect(error(ReservationRefusal.keyUsed(.sample())) == nil)
        #expect(error(FakeCluster.unreachable) == nil)
    }

    @Test(arguments: [
        (from: CancellationError() as any Error, to: StackError.Code.shuttingDown, retry: Int?.some(5)),
        (StoreError.unavailable("disk I/O error at /var/lib/x"), .storeUnavailable, 5),
        (StoreError.unreachable("timed out"), .storeUnavailable, 5),
        (StoreError.unreadable(UnreadableRecord(id: .numbered(1), reason: "row 1: state is asleep")), .internalError, nil),
        (StoreError.lostReservation(.numbered(1)), .kubernetesUnavailable, 5),
        (FakeCluster.unreachable, .kubernetesUnavailable, 5),
        (SomeError(), .internalError, nil),
        (StackError(.stackNotFound, "no stack"), .stackNotFound, nil),
    ])
    func `whatever goes wrong leaves the service as one error that hides what is internal`(
        row: (from: any Error, to: StackError.Code, retry: Int?)
    ) async throws {
        try await withStackBench { bench in
            let error = await #expect(throws: StackError.self) {
                try await bench.service.translatingErrors(silentLogger) { throw row.from }
            }
            #expect(error?.code == row.to)
            #expect(error?.retryAfterSeconds == row.retry)
            #expect(error?.message.contains("/var/lib") == false)
            #expect(error?.message.contains("secret") == false)
        }
    }

    private struct SomeError: Error, CustomStringConvertible {
        var description: String { "a secret detail" }
    }

    @Test func `codes are stable snake case and differ`() {
        let codes = StackError.Code.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
        #expect(
            codes.allSatisfy { code in
                code.utf8.allSatisfy { $0 == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
            }
        )
    }
}
