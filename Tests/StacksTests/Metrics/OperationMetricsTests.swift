import FoundationEssentials
import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// What is counted of creates and deletes.
@Suite(.timeLimit(.minutes(1))) struct OperationMetricsTests {
    private static let createPhases = ["queue", "reserve", "pod", "service", "schedule", "activate"]

    private func phases(_ metrics: RecordedMetrics, _ operation: String) -> [String: Double] {
        metrics.counts("provisioner_\(operation)_phase_duration_seconds_count")
    }

    @Test func `a create and a delete are counted with each of their phases`() async throws {
        try await withMetrics { metrics in
            try await withStackBench { bench in
                let id = try await bench.create().record.id
                try await bench.delete(id)
            }
            #expect(metrics.counts("provisioner_creates_total") == ["ok": 1])
            #expect(metrics.counts("provisioner_deletes_total") == ["ok": 1])
            #expect(phases(metrics, "create") == Dictionary(uniqueKeysWithValues: Self.createPhases.map { ($0, 1) }))
            #expect(phases(metrics, "delete") == ["mark": 1, "queue": 1, "request": 1, "wait": 1, "remove": 1])
            #expect(metrics.samples["provisioner_create_duration_seconds_count"] == 1)
            #expect(metrics.samples["provisioner_delete_duration_seconds_count"] == 1)
        }
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: StackError.Code
        var phases: [String]
        var make: @Sendable (StackBench) async throws -> Void

        init(_ code: StackError.Code, _ phases: [String], _ what: String, _ make: @escaping @Sendable (StackBench) async throws -> Void) {
            (self.code, self.phases, testDescription, self.make) = (code, phases, what, make)
        }
    }

    @Test(arguments: [
        Failure(.invalidRequest, [], "a user that is none") { try await $0.create(user: -1) },
        Failure(.tooManyCreates, [], "a full queue") { bench in
            bench.store.script.update { $0.held = [.reserve] }
            _ = try await bench.service.create(.sample(user: 9), CreatePreference(wait: .zero), logger: silentLogger)
        },
        Failure(.storeUnavailable, ["queue", "reserve"], "no store") { bench in
            bench.store.fail(.reserve)
            try await bench.create()
        },
        Failure(.unschedulable, ["queue", "reserve", "pod", "service", "schedule"], "no node") { bench in
            bench.cluster.state.update { $0.scheduling = .never }
            try await bench.create()
        },
        Failure(.clusterSaturated, ["queue", "reserve"], "no room") { bench in
            bench.cluster.state.update { $0.budget = .zero }
            try await bench.create()
        },
    ])
    func `a create that fails is counted once, by the code that its caller gets`(failure: Failure) async throws {
        var options = StackBench.Options()
        if failure.code == .tooManyCreates { (options.concurrentJobs, options.waitingJobs) = (0, 0) }
        try await withMetrics { metrics in
            try await withStackBench(options) { bench in
                let code = try await errorCode { try await failure.make(bench) }
                #expect(code == failure.code)
            }
            #expect(metrics.counts("provisioner_creates_total") == [failure.code.rawValue: 1])
            #expect(phases(metrics, "create").keys.sorted() == failure.phases.sorted())
            #expect(metrics.samples["provisioner_create_duration_seconds_count"] == nil)
        }
    }

    @Test func `a create that is not waited for is counted at its end`() async throws {
        try await withMetrics { metrics in
            try await withStackBench { bench in
                bench.cluster.state.update { $0.scheduling = .held }
                let outcome = try await bench.service.create(.sample(), CreatePreference(isAsync: true), logger: silentLogger)
                #expect(metrics.counts("provisioner_creates_total") == [:])
                try await bench.cluster.state.wait { $0.script.begun[.waitUntilScheduled] == 1 }
                let wait = StackWait(.ready, atMost: .seconds(60))
                let ready = Task { try await bench.service.stack(outcome.stack.record.id, after: wait, logger: silentLogger) }
                bench.cluster.schedule(outcome.stack.record.id)
                bench.cluster.observe(outcome.stack.record.id) { ($0.phase, $0.isReady) = (.running, true) }
                _ = try await ready.value
                // The lock is free once the job has ended.
                try await bench.delete(outcome.stack.record.id)
            }
            #expect(metrics.counts("provisioner_creates_total") == ["ok": 1])
        }
    }

    @Test func `a repeated key is counted apart`() async throws {
        try await withMetrics { metrics in
            try await withStackBench { bench in
                for _ in 0..<3 { try await bench.create(key: "k") }
            }
            #expect(metrics.counts("provisioner_creates_total") == ["ok": 1, "replayed": 2])
        }
    }

    @Test func `a delete is counted as pending while the reconciler goes on, and by its code when it fails`() async throws {
        try await withMetrics { metrics in
            try await withStackBench { bench in
                #expect(try await errorCode { try await bench.delete(.numbered(7)) } == .stackNotFound)
                let id = try await bench.create().record.id
                bench.cluster.state.update { $0.termination = .never }
                try await bench.deletePending(id)
            }
            #expect(metrics.counts("provisioner_deletes_total") == ["stack_not_found": 1, "pending": 1])
            #expect(metrics.samples["provisioner_delete_duration_seconds_count"] == nil)
        }
    }

    @Test func `ports that another record has, or the API server refuses, are counted`() async throws {
        try await withMetrics { metrics in
            var options = StackBench.Options()
            options.ports = 30000...30001
            try await withStackBench(options) { bench in
                bench.cluster.state.update { $0.foreignPorts = [30000] }
                try await bench.create()
            }
            // Whichever port came first.
            let refused = metrics.counts("provisioner_node_port_exchanges_total")
            #expect(refused == [:] || refused == ["refused": 1])
            try await withStackBench(options) { bench in
                bench.cluster.state.update { $0.foreignPorts = [30000, 30001] }
                _ = try await errorCode { try await bench.create() }
            }
            #expect((metrics.counts("provisioner_node_port_exchanges_total")["refused"] ?? 0) >= 2)
        }
    }

    @Test func `every series with a known label exists before the first event, and no label is an id`() async throws {
        try await withMetrics { metrics in
            StackMetrics.declare()
            let codes = StackError.Code.allCases.map { #"{code="\#($0.rawValue)"}"# }
            #expect(metrics.series("provisioner_creates_total") == Set(codes + [#"{code="ok"}"#, #"{code="replayed"}"#]))
            #expect(metrics.series("provisioner_deletes_total") == Set(codes + [#"{code="ok"}"#, #"{code="pending"}"#]))
            #expect(metrics.series("provisioner_removals_total") == Set(Repair.allCases.map { #"{cause="\#($0.rawValue)"}"# }))
            #expect(metrics.samples["provisioner_create_ready_seconds_count"] == 0)
            let before = metrics.series("provisioner_creates_total")
            try await withStackBench { bench in
                for user in 1...3 { try await bench.create(user: Int64(user)) }
            }
            #expect(metrics.series("provisioner_creates_total") == before)
        }
    }
}
