import PodPolicy
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// Stacks with several ports: all of them are given, or none.
@Suite(.timeLimit(.minutes(1))) struct SeveralPortsTests {
    /// A request for a Pod with `count` ports; every second one is UDP.
    private static func request(_ count: Int, user: Int64 = 1) -> CreateRequest {
        let ports = (0..<count).map { ExposedPort(containerPort: 8000 + $0, protocol: $0.isMultiple(of: 2) ? .tcp : .udp) }
        let list = ports.map { "{containerPort: \($0.containerPort), protocol: \($0.protocol.rawValue)}" }.joined(separator: ", ")
        let spec = samplePodSpec.replacing("{containerPort: 8080}", with: list)
        return CreateRequest(userID: user, problemID: 1, targetPorts: ports.reversed(), isPortArray: true, podSpec: spec)
    }

    private func withPorts(_ range: ClosedRange<Int>, _ body: (StackBench) async throws -> Void) async throws {
        var options = StackBench.Options()
        options.ports = range
        try await withStackBench(options, body)
    }

    @Test func `24 ports are one reservation and one Service, in the caller's order, and free after the removal`() async throws {
        try await withPorts(30000...30023) { bench in
            let request = Self.request(24)
            let record = try await bench.service.create(request, logger: silentLogger).stack.record
            #expect(record.ports.map(\.exposed) == request.targetPorts)
            #expect(Set(record.nodePorts) == Set(30000...30023))
            #expect(bench.cluster.state.value.services[record.id]?.nodePorts == record.nodePorts)
            #expect(try await bench.service.stats(logger: silentLogger).usedNodePorts == 24)
            #expect(bench.ports.freeCount == 0)
            try await bench.delete(record.id)
            try await bench.expectNothingLeft(of: 24)
        }
    }

    @Test(arguments: [1, 2, 24])
    func `with one port less than needed nothing is reserved and nothing stays held`(count: Int) async throws {
        try await withPorts(30000...30023) { bench in
            let others = StackRecord.sample(9, user: 9, ports: Array(30000..<30000 + 24 - (count - 1)))
            try await bench.store.base.reserve(others, within: .unlimited)
            let error = await #expect(throws: StackError.self) {
                _ = try await bench.service.create(Self.request(count), logger: silentLogger)
            }
            #expect(error?.code == .nodePortsExhausted)
            #expect(try await bench.store.allRecords() == [others])
            #expect(bench.cluster.count(.createPod) == 0)
            // This process has not seen a Service of the others.
            #expect(bench.ports.freeCount == 24)
            if count > 1 { _ = try await bench.service.create(Self.request(count - 1), logger: silentLogger) }
        }
    }

    @Test func `of ports that the store calls taken only these are exchanged`() async throws {
        try await withPorts(30000...30011) { bench in
            try await bench.store.base.reserve(.sample(9, user: 9, ports: [30001, 30004, 30007, 30010]), within: .unlimited)
            let record = try await bench.service.create(Self.request(8), logger: silentLogger).stack.record
            #expect(Set(record.nodePorts) == [30000, 30002, 30003, 30005, 30006, 30008, 30009, 30011])
            #expect(bench.cluster.count(.createService) == 1)
            let reserves = bench.store.script.value.begun[.reserve] ?? 0
            #expect((1...5).contains(reserves), "\(reserves)")
        }
    }

    @Test func `of ports that the API server refuses only these are exchanged, rest, and the others stay`() async throws {
        try await withPorts(30000...30009) { bench in
            bench.cluster.state.update { $0.foreignPorts = [30002, 30005] }
            let record = try await bench.service.create(Self.request(8), logger: silentLogger).stack.record
            #expect(Set(record.nodePorts) == Set(30000...30009).subtracting([30002, 30005]))
            #expect(try await bench.store.allRecords() == [record])
            #expect(bench.cluster.state.value.services[record.id]?.nodePorts == record.nodePorts)
            let attempts = bench.cluster.count(.createService)
            #expect(bench.store.script.value.begun[.changePort] ?? 0 == attempts - 1)
            // A refused port rests; one that was not tried is free.
            #expect(bench.ports.freeCount == 2 - (attempts - 1))
        }
    }

    @Test func `with every port of the set refused the create fails and leaves nothing`() async throws {
        try await withPorts(30000...30003) { bench in
            bench.cluster.state.update { $0.foreignPorts = [30000, 30001, 30002, 30003] }
            let code = try await errorCode { _ = try await bench.service.create(Self.request(3), logger: silentLogger) }
            #expect(code == .nodePortsExhausted)
            #expect(try await bench.store.allRecords() == [])
            #expect(bench.cluster.state.value.pods.isEmpty)
            bench.cluster.state.update { $0.foreignPorts = [] }
            bench.time.advance(by: .seconds(300))
            _ = try await bench.service.create(Self.request(4), logger: silentLogger)
        }
    }

    @Test func `a port that the API server does not name exchanges every port`() async throws {
        try await withPorts(30000...30009) { bench in
            bench.cluster.fail(.createService, with: ClusterError(.portAllocated, "provided port is already allocated"))
            let record = try await bench.service.create(Self.request(3), logger: silentLogger).stack.record
            #expect(bench.store.script.value.begun[.changePort] == 3)
            #expect(Set(record.nodePorts).count == 3 && bench.ports.freeCount == 10 - 6)
        }
    }

    @Test(arguments: Failpoint.Moment.allCases)
    func `an exchange that fails leaves nothing held`(moment: Failpoint.Moment) async throws {
        try await withPorts(30000...30009) { bench in
            bench.cluster.state.update { $0.foreignPorts = Set(30000...30009) }
            bench.store.fail(.changePort, moment)
            let code = try await errorCode { _ = try await bench.service.create(Self.request(3), logger: silentLogger) }
            #expect(code == .storeUnavailable)
            bench.cluster.state.update { $0.foreignPorts = [] }
            try await bench.expectNothingLeft(of: 9)
        }
    }

    @Test func `two creates at once never share a port, and one too many is refused`() async throws {
        try await withPorts(30000...30023) { bench in
            let codes = try await withThrowingTaskGroup(of: StackError.Code?.self) { group in
                for user in Int64(1)...5 {
                    group.addTask {
                        try await errorCode { _ = try await bench.service.create(Self.request(6, user: user), logger: silentLogger) }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == nil } == 4 && codes.count { $0 == .nodePortsExhausted } == 1)
            let held = try await bench.store.allRecords().flatMap(\.nodePorts)
            #expect(Set(held).count == 24 && held.count == 24)
        }
    }
}
