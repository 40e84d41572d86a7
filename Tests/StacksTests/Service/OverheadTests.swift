import PodPolicy
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// What the runtime class adds to a Pod.
@Suite(.timeLimit(.minutes(1))) struct OverheadTests {
    private static let overhead = NodeResources(cpuMilli: 250, memoryBytes: 120 << 20, ephemeralStorageBytes: 1 << 20)

    @Test func `a record counts the overhead, and its Pod says so`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.podOverhead = Self.overhead }
            let record = try await bench.create().record
            #expect(record.requested == ResourceAmount(cpuMilli: 350, memoryBytes: 184 << 20))
            let annotations = try #require(bench.cluster.state.value.manifests[record.id]?.metadata.annotations)
            #expect(annotations[StackAnnotations.requestedCPU] == "350m")
            #expect(annotations[StackAnnotations.requestedMemory] == "184Mi")
            #expect(try await bench.service.stats(logger: silentLogger).reserved == record.requested)
        }
    }

    @Test func `the budget is compared with the overhead included`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update {
                $0.podOverhead = Self.overhead
                $0.budget = ResourceAmount(cpuMilli: 349, memoryBytes: 1 << 40)
            }
            #expect(try await errorCode { try await bench.create() } == .clusterSaturated)
            bench.cluster.state.update { $0.budget.cpuMilli = 350 }
            try await bench.create()
        }
    }

    @Test func `without its runtime class no stack is created, and nothing is left`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.podOverhead = nil }
            let error = await #expect(throws: StackError.self) { try await bench.create() }
            #expect(error?.code == .runtimeClassMissing && error?.retryAfterSeconds == 30)
            #expect(error?.message.contains("gvisor") == true && error?.message.contains("STACK_RUNTIME_CLASS") == true)
            #expect(try await bench.store.allRecords() == [])
            #expect(bench.cluster.count() == 0)
            bench.cluster.state.update { $0.podOverhead = .nothing }
            try await bench.create()
        }
    }

    @Test func `an amount beyond 64 bits is clamped`() throws {
        let huge = NodeResources(cpuMilli: .max, memoryBytes: .max, ephemeralStorageBytes: .max)
        let pod = try PodPolicy().check(samplePodSpec)
        #expect(ResourceAmount(pod, overhead: huge) == ResourceAmount(cpuMilli: (1 << 40) + 100, memoryBytes: (1 << 53) + (64 << 20)))
        #expect(huge.ephemeralStorageBytes(with: pod) == (1 << 53) + (256 << 20))
        #expect(NodeResources.nothing.ephemeralStorageBytes(with: pod) == 256 << 20)
    }
}
