import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct LimitTests {
    @Test func `a user has as many stacks as the limit says`() async throws {
        var options = StackBench.Options()
        options.settings.maxPerUser = 2
        try await withStackBench(options) { bench in
            let first = try await bench.create(problem: 1)
            try await bench.create(problem: 2)
            #expect(try await errorCode { try await bench.create(problem: 3) } == .userStackLimitReached)
            try await bench.create(user: 2, problem: 3)
            #expect(bench.ports.freeCount == 2765)
            try await bench.delete(first.record.id)
            try await bench.create(problem: 3)
        }
    }

    @Test func `a user has one stack for a problem`() async throws {
        try await withStackBench { bench in
            let first = try await bench.create()
            let error = await #expect(throws: StackError.self) { try await bench.create() }
            #expect(error?.code == .stackExists)
            #expect(error?.message.contains(first.record.id.description) == true)
            #expect(bench.ports.freeCount == 2767)
        }
    }

    /// A sample stack asks for 100 milli-cores and 64 MiB.
    @Test(arguments: [(200, 128 << 20, 2), (199, 128 << 20, 1), (200, (128 << 20) - 1, 1), (99, 1 << 40, 0)] as [(Int64, Int64, Int)])
    func `the cluster's budget is kept to the last unit`(row: (cpu: Int64, memory: Int64, made: Int)) async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.budget = ResourceAmount(cpuMilli: row.cpu, memoryBytes: row.memory) }
            for number in 0..<3 {
                let code = try await errorCode { try await bench.create(user: Int64(number + 1)) }
                #expect(code == (number < row.made ? nil : .clusterSaturated))
            }
            #expect(bench.ports.freeCount == 2768 - row.made)
        }
    }

    @Test func `of 200 creates at once for one user and problem, one is made`() async throws {
        try await withStackBench { bench in
            let codes = try await codes(200) { _ in try await bench.create() }
            #expect(codes == [nil: 1, .stackExists: 199])
            try await expectWhole(bench, count: 1)
        }
    }

    @Test func `of 200 creates at once of one user, as many are made as the limit says`() async throws {
        try await withStackBench { bench in
            let codes = try await codes(200) { number in try await bench.create(problem: Int64(number + 1)) }
            #expect(codes == [nil: 5, .userStackLimitReached: 195])
            try await expectWhole(bench, count: 5)
        }
    }

    @Test func `200 creates at once share 50 ports`() async throws {
        var options = StackBench.Options()
        options.ports = 30000...30049
        try await withStackBench(options) { bench in
            let codes = try await codes(200) { number in try await bench.create(user: Int64(number + 1)) }
            #expect(codes == [nil: 50, .nodePortsExhausted: 150])
            #expect(bench.ports.freeCount == 0)
            try await expectWhole(bench, count: 50)
        }
    }

    @Test func `200 creates at once use the budget up and never exceed it`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.budget = ResourceAmount(cpuMilli: 3_799, memoryBytes: .max) }
            let codes = try await codes(200) { number in try await bench.create(user: Int64(number + 1)) }
            #expect(codes == [nil: 37, .clusterSaturated: 163])
            try await expectWhole(bench, count: 37)
        }
    }

    @Test func `two replicas that know nothing of each other's choices never give a port twice`() async throws {
        try await withSQLiteStore { store in
            let cluster = FakeCluster()
            var options = StackBench.Options()
            options.ports = 30000...30039
            try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false), options) { one in
                options.owner = "owner-2"
                try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false), options) { two in
                    let codes = try await codes(60) { number in
                        try await (number.isMultiple(of: 2) ? one : two).create(user: Int64(number + 1))
                    }
                    #expect(Set(codes.keys).isSubset(of: [nil, .nodePortsExhausted]))
                    let made = codes[nil] ?? 0
                    #expect((30...40).contains(made))
                    try await expectWhole(one, count: made)
                    #expect(one.ports.freeCount == 40 - made)
                    #expect(two.ports.freeCount == 40 - made)
                }
            }
        }
    }

    /// - Returns: how many of the creates ended how.
    private func codes(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Stack) async throws -> [StackError.Code?: Int] {
        try await withThrowingTaskGroup { group in
            for number in 0..<count { group.addTask { try await errorCode { _ = try await body(number) } } }
            var codes: [StackError.Code?: Int] = [:]
            for try await code in group { codes[code, default: 0] += 1 }
            return codes
        }
    }

    /// Every row is active and has its Pod and its Service, with the row's port, and there are no others.
    private func expectWhole(_ bench: StackBench, count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let records = try await bench.store.allRecords()
        let state = bench.cluster.state.value
        #expect(records.count == count, sourceLocation: sourceLocation)
        #expect(records.allSatisfy { $0.state == .active }, sourceLocation: sourceLocation)
        #expect(Set(records.map(\.nodePort)).count == count, sourceLocation: sourceLocation)
        #expect(Set(records.map(\.id)) == Set(state.pods.keys), sourceLocation: sourceLocation)
        let ports = Dictionary(uniqueKeysWithValues: records.map { ($0.id, $0.nodePort) })
        #expect(ports == state.services.mapValues(\.nodePort), sourceLocation: sourceLocation)
    }
}
