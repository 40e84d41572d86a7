import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct ReadTests {
    @Test func `lists are oldest first, of everybody or of one user`() async throws {
        try await withStackBench { bench in
            var made: [Stack] = []
            for (user, problem) in [(1, 1), (2, 1), (1, 2), (2, 2)] as [(Int64, Int64)] {
                made.append(try await bench.create(user: user, problem: problem))
                bench.time.advance(by: .microseconds(1))
            }
            #expect(try await bench.service.stacks(logger: silentLogger) == made)
            #expect(try await bench.service.stacks(ofUser: 1, logger: silentLogger) == [made[0], made[2]])
            #expect(try await bench.service.stacks(ofUser: 3, logger: silentLogger) == [])
            #expect(try await bench.stack(made[1].record.id) == made[1])
        }
    }

    @Test func `a Pod that somebody removed is told as missing, also when the stack is young`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { $0.pods[id]?.isWatched = false }
            #expect(try await bench.stack(id).reason == "PodNotSeen")
            bench.cluster.removePod(id)
            let stack = try await bench.stack(id)
            #expect(stack.status == .failed && stack.reason == "PodMissing")
        }
    }

    /// A NodePort answers only on addresses of its Service's family.
    @Test(arguments: [(IPFamily?.none, "2001:db8::1"), (.v6, "2001:db8::1"), (.v4, "203.0.113.7")])
    func `the address is of the family of the Service`(family: IPFamily?, address: String) async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { state in
                state.nodes["node-1"]?.observation.externalIPs = ["2001:db8::1", "203.0.113.7"]
                state.services[id]?.family = family
            }
            #expect(try await bench.stack(id).nodePublicIP == address)
            bench.cluster.state.update { $0.nodes["node-1"]?.observation.externalIPs = [] }
            #expect(try await bench.stack(id).nodePublicIP == nil)
        }
    }

    @Test func `statistics are sums over what is there`() async throws {
        try await withStackBench { bench in
            #expect(try await bench.service.stats(logger: silentLogger) == StackStats())
            let first = try await bench.create(user: 1)
            try await bench.create(user: 2)
            let ended = try await bench.create(user: 3)
            let leaving = try await bench.create(user: 4)
            bench.cluster.observe(first.record.id) { $0.phase = .running }
            bench.cluster.observe(ended.record.id) { $0.phase = .succeeded }
            _ = try await bench.store.base.beginDelete(leaving.record.id, ifUnchanged: nil, at: bench.time.now)
            var expected = StackStats()
            expected.totalStacks = 3
            expected.activeStacks = 2
            expected.nodeDistribution = ["node-1": 3]
            // What is being deleted holds its port and its resources still.
            expected.usedNodePorts = 4
            expected.reserved = ResourceAmount(cpuMilli: 400, memoryBytes: 256 << 20)
            #expect(try await bench.service.stats(logger: silentLogger) == expected)
        }
    }

    @Test func `the Pod's state shows in the stack`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.observe(id) { $0.phase = .running }
            #expect(try await bench.stack(id).status == .running)
            bench.cluster.observe(id) { pod in
                pod.phase = .failed
                pod.reason = "Evicted"
            }
            let stack = try await bench.stack(id)
            #expect(stack.status == .failed)
            #expect(stack.reason == "Evicted")
        }
    }

    @Test func `a stack is there until the very moment of its end`() async throws {
        try await withStackBench { bench in
            let stack = try await bench.create()
            bench.time.advance(to: stack.record.expiresAt - 0.001)
            #expect(try await bench.stack(stack.record.id).record == stack.record)
            bench.time.advance(to: stack.record.expiresAt)
            #expect(try await errorCode { _ = try await bench.stack(stack.record.id) } == .stackNotFound)
            #expect(try await bench.service.stacks(logger: silentLogger) == [])
        }
    }

    @Test func `reads never change anything, whatever state a stack is in`() async throws {
        try await withStackBench { bench in
            let expired = try await bench.create(user: 1).record.id
            bench.time.advance(by: .seconds(7200))
            let whole = try await bench.create(user: 2).record.id
            let podless = try await bench.create(user: 3).record.id
            let serviceless = try await bench.create(user: 4).record.id
            let deleting = try await bench.create(user: 5).record.id
            let nodeless = StackRecord.sample(6, user: 6, createdAt: bench.time.now)
            let reserved = StackRecord.sample(7, user: 7, createdAt: bench.time.now)
            let store = bench.store.base
            try await store.reserve(nodeless, within: .unlimited)
            _ = try await store.activate(nodeless.id, owner: nodeless.owner, nodeID: "node-9", at: bench.time.now)
            try await store.reserve(reserved, within: .unlimited)
            _ = try await store.beginDelete(deleting, ifUnchanged: nil, at: bench.time.now)
            bench.cluster.state.update { state in
                state.pods[podless] = nil
                state.services[serviceless] = nil
            }
            // Long enough that no watch can be late.
            bench.time.advance(by: .seconds(30))

            bench.reconcileQueue.open()
            let before = (records: try await store.allRecords(), cluster: bench.cluster.state.value, calls: bench.store.script.value.begun)
            for _ in 0..<2 {
                #expect(try await bench.stack(whole).status == .creating)
                #expect(try await bench.stack(podless).reason == "PodMissing")
                #expect(try await bench.stack(serviceless).status == .creating)
                #expect(try await bench.stack(reserved.id).status == .creating)
                for id in [expired, deleting, nodeless.id, .numbered(99)] {
                    #expect(try await errorCode { _ = try await bench.stack(id) } == .stackNotFound)
                }
                let listed = try await bench.service.stacks(logger: silentLogger)
                #expect(Set(listed.map(\.record.id)) == [whole, podless, serviceless, nodeless.id, reserved.id])
                #expect(listed.first { $0.record.id == nodeless.id }?.status == .nodeDeleted)
                #expect(try await bench.service.stacks(ofUser: 1, logger: silentLogger) == [])
                #expect(try await bench.service.stats(logger: silentLogger).usedNodePorts == 7)
            }
            #expect(try await store.allRecords() == before.records)
            #expect(bench.cluster.state.value.pods == before.cluster.pods)
            #expect(bench.cluster.state.value.services == before.cluster.services)
            #expect(bench.cluster.count() == before.cluster.script.begun.values.reduce(0, +))
            var calls = bench.store.script.value.begun
            calls[.read] = before.calls[.read]
            #expect(calls == before.calls)
            #expect(bench.reconcileQueue.isEmpty && !bench.reconcileQueue.passRequested.isSet)
        }
    }

    @Test func `before the caches are synced no stack is reported missing`() async throws {
        try await withStackBench { bench in
            let id = try await bench.create().record.id
            bench.cluster.state.update { $0.isSynced = false }
            #expect(try await errorCode { _ = try await bench.stack(id) } == .kubernetesUnavailable)
            #expect(try await errorCode { _ = try await bench.service.stacks(logger: silentLogger) } == .kubernetesUnavailable)
            #expect(try await errorCode { _ = try await bench.service.stacks(ofUser: 1, logger: silentLogger) } == .kubernetesUnavailable)
            #expect(try await errorCode { _ = try await bench.service.stats(logger: silentLogger) } == .kubernetesUnavailable)
        }
    }

    @Test func `while the store is down reads say so`() async throws {
        try await withStackBench { bench in
            bench.store.fail()
            let codes = [
                try await errorCode { _ = try await bench.stack(.numbered(1)) },
                try await errorCode { _ = try await bench.service.stacks(logger: silentLogger) },
                try await errorCode { _ = try await bench.service.stats(logger: silentLogger) },
            ]
            #expect(codes == [.storeUnavailable, .storeUnavailable, .storeUnavailable])
        }
    }
}
