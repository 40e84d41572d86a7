import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// The API server has the last word on NodePorts.
@Suite(.timeLimit(.minutes(1))) struct PortConflictTests {
    private func withFourPorts(_ body: (StackBench) async throws -> Void) async throws {
        var options = StackBench.Options()
        options.ports = 30000...30003
        try await withStackBench(options, body)
    }

    @Test func `a port that the API server reports as allocated goes into cooldown, and another is tried`() async throws {
        try await withFourPorts { bench in
            bench.cluster.state.update { $0.foreignPorts = [30000, 30001, 30002] }
            let stack = try await bench.create()
            #expect(stack.record.nodePort == 30003)
            #expect(try await bench.store.allRecords().map(\.nodePort) == [30003])
            #expect(bench.cluster.state.value.services.values.map(\.nodePort) == [30003])
            // What was not tried is free; what was tried rests for five minutes.
            let portsInCooldown = 4 - 1 - bench.ports.freeCount
            #expect(portsInCooldown == bench.cluster.count(.createService) - 1)
            bench.time.advance(by: .seconds(299))
            #expect(bench.ports.freeCount == 3 - portsInCooldown)
            bench.time.advance(by: .seconds(1))
            #expect(bench.ports.freeCount == 3)
        }
    }

    @Test func `when every port is taken in the cluster the create is refused, leaves nothing, and all go into cooldown`() async throws {
        try await withFourPorts { bench in
            bench.cluster.state.update { $0.foreignPorts = [30000, 30001, 30002, 30003] }
            #expect(try await errorCode { try await bench.create() } == .nodePortsExhausted)
            #expect(bench.cluster.count(.createService) == 4)
            try await bench.expectNothingLeft(of: 0)
            bench.cluster.state.update { $0.foreignPorts = [] }
            #expect(try await errorCode { try await bench.create() } == .nodePortsExhausted)
            bench.time.advance(by: .seconds(300))
            try await bench.create()
        }
    }

    @Test func `no more ports are tried than the attempts allow, and each goes into cooldown`() async throws {
        var options = StackBench.Options()
        options.settings.portAttempts = 3
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.foreignPorts = Set(30000...32767) }
            #expect(try await errorCode { try await bench.create() } == .nodePortsExhausted)
            #expect(bench.cluster.count(.createService) == 3)
            try await bench.expectNothingLeft(of: 2765)
        }
    }

    @Test func `a port outside the API server's own range goes into cooldown, and another is tried`() async throws {
        try await withFourPorts { bench in
            bench.cluster.fail(.createService, with: ClusterError(.portOutOfRange, "30000 is not in 31000-32000"))
            try await bench.create()
            #expect(bench.cluster.count(.createService) == 2)
            #expect(bench.ports.freeCount == 2)
        }
    }

    @Test func `when every port lies outside the API server's range, its range is told`() async throws {
        try await withFourPorts { bench in
            bench.cluster.fail(.createService, with: ClusterError(.portOutOfRange, "30000 is not in 31000-32000"), times: .max)
            let error = await #expect(throws: StackError.self) { try await bench.create() }
            #expect(error?.code == .nodePortsExhausted)
            try await bench.expectNothingLeft(of: 0)
        }
    }

    @Test func `with no port left the reasons of the caller's own come first`() async throws {
        var options = StackBench.Options()
        options.ports = 30000...30000
        options.settings.maxPerUser = 1
        try await withStackBench(options) { bench in
            let stack = try await bench.create(user: 1, problem: 1, key: "K")
            let again = try await bench.service.create(.sample(user: 1, problem: 1, key: "K"), logger: silentLogger)
            #expect(again.isReplay && again.stack.record.id == stack.record.id)
            let reused = CreateRequest.sample(user: 1, problem: 1, key: "K", digest: "another")
            #expect(try await errorCode { _ = try await bench.service.create(reused, logger: silentLogger) } == .idempotencyKeyReused)
            #expect(try await errorCode { try await bench.create(user: 1, problem: 1) } == .stackExists)
            #expect(try await errorCode { try await bench.create(user: 1, problem: 2) } == .userStackLimitReached)
            bench.cluster.state.update { $0.budget = .zero }
            #expect(try await errorCode { try await bench.create(user: 2) } == .clusterSaturated)
            bench.cluster.state.update { $0.budget = ResourceAmount(cpuMilli: .max, memoryBytes: .max) }
            #expect(try await errorCode { try await bench.create(user: 2) } == .nodePortsExhausted)
        }
    }

    @Test func `with no room for a Pod on any node the caller's own reasons come first, and no slot waits for the scheduler`() async throws
    {
        try await withStackBench { bench in
            try await bench.create(user: 1, problem: 1)
            bench.cluster.state.update { $0.shortage = "pods" }
            #expect(try await errorCode { try await bench.create(user: 1, problem: 1) } == .stackExists)
            let error = await #expect(throws: StackError.self) { try await bench.create(user: 2) }
            #expect(error?.code == .clusterSaturated && error?.message.contains("pods") == true)
            #expect(bench.cluster.count(.createPod) == 1)
        }
    }

    /// The Services of 20 stacks are gone and their records are not: each of their ports is refused by the store.
    @Test func `a port that is free is found among many that are not`() async throws {
        var options = StackBench.Options()
        options.ports = 30000...30020
        options.settings.maxPerUser = 100
        try await withStackBench(options) { bench in
            for number in 0..<20 { try await bench.store.base.reserve(.sample(number, user: 9), within: .unlimited) }
            let stack = try await bench.create(user: 1)
            #expect(stack.record.nodePort == 30020)
            #expect(try await errorCode { try await bench.create(user: 2) } == .nodePortsExhausted)
        }
    }

    @Test(arguments: Failpoint.Moment.allCases)
    func `a change of port that fails leaves nothing held, and the refused port goes into cooldown`(moment: Failpoint.Moment) async throws {
        try await withFourPorts { bench in
            bench.cluster.state.update { $0.foreignPorts = [30000, 30001, 30002, 30003] }
            bench.store.fail(.changePort, moment)
            #expect(try await errorCode { try await bench.create() } == .storeUnavailable)
            bench.cluster.state.update { $0.foreignPorts = [] }
            try await bench.expectNothingLeft(of: 3)
            try await bench.create()
        }
    }

    @Test func `a port that another replica has in the store is passed over`() async throws {
        try await withFourPorts { bench in
            // Of rows whose Services are not there yet this process has not heard.
            for number in 0..<3 { try await bench.store.base.reserve(.sample(number, user: 9, port: 30000 + number), within: .unlimited) }
            #expect(try await bench.create().record.nodePort == 30003)
            #expect(bench.cluster.count(.createService) == 1)
        }
    }

    @Test func `the last port is given to one of two, and freed for the other`() async throws {
        var options = StackBench.Options()
        options.ports = 30000...30000
        try await withStackBench(options) { bench in
            let first = try await bench.create()
            #expect(try await errorCode { try await bench.create(user: 2) } == .nodePortsExhausted)
            try await bench.delete(first.record.id)
            #expect(try await bench.create(user: 2).record.nodePort == 30000)
        }
    }
}
