import TestBasics
import TestSupport
import Testing

@testable import Stacks

/// A failed create leaves nothing and does not stand in the way of the next.
@Suite(.timeLimit(.minutes(1))) struct CreateFailureTests {
    /// A call that fails, before its effect or after it.
    struct Step: Sendable, CustomTestStringConvertible {
        var cluster: FakeCluster.Call?
        var store: ScriptedStore.Call?
        var moment: Failpoint.Moment

        var testDescription: String { "\(moment) \(cluster.map { "\($0)" } ?? store.map { "\($0)" } ?? "nothing")" }

        func fail(on bench: StackBench, times: Int = 1) {
            if let cluster { bench.cluster.fail(cluster, moment, times: times) }
            if let store { bench.store.fail(store, moment, times: times) }
        }

        static let create: [Step] = Failpoint.Moment.allCases.flatMap { moment in
            [FakeCluster.Call.createPod, .createService, .waitUntilScheduled].map { Step(cluster: $0, moment: moment) }
                + [ScriptedStore.Call.reserve, .activate].map { Step(store: $0, moment: moment) }
        }

        static let undo: [Step] = Failpoint.Moment.allCases.flatMap { moment in
            [FakeCluster.Call.deleteService, .deletePod, .waitUntilGone].map { Step(cluster: $0, moment: moment) }
                + [ScriptedStore.Call.beginDelete, .remove].map { Step(store: $0, moment: moment) }
        }
    }

    @Test(arguments: Step.create)
    func `whatever step fails, before or after its effect, nothing is left and a retry works`(step: Step) async throws {
        try await withStackBench { bench in
            step.fail(on: bench)
            let code = try await errorCode { try await bench.create() }
            #expect(code == (step.store == nil ? .kubernetesUnavailable : .storeUnavailable))
            try await bench.expectNothingLeft()
            try await bench.create()
        }
    }

    @Test(arguments: Step.create, Step.undo)
    func `a create that cannot be undone at once is undone by the next pass`(step: Step, undo: Step) async throws {
        try await withStackBench { bench in
            step.fail(on: bench)
            undo.fail(on: bench, times: .max)
            let code = try await errorCode { try await bench.create() }
            #expect(code == (step.store == nil ? .kubernetesUnavailable : .storeUnavailable), "the cause, not what came of the undo")
            bench.cluster.recover()
            bench.store.recover()
            await bench.reconciler.pass()
            // See below.
            guard !(step.store == .activate && step.moment == .after && undo.store == .beginDelete && undo.moment == .before) else {
                return
            }
            try await bench.expectNothingLeft()
            try await bench.create()
        }
    }

    @Test func `an activation whose response is lost leaves a stack that a repeated request gets`() async throws {
        try await withStackBench { bench in
            bench.store.fail(.activate, .after)
            bench.store.fail(.beginDelete, times: .max)
            #expect(try await errorCode { try await bench.create(key: "key") } == .storeUnavailable)
            bench.store.recover()
            await bench.reconciler.pass()
            let record = try #require(try await bench.store.allRecords().first)
            let outcome = try await bench.service.create(.sample(key: "key"), logger: silentLogger)
            #expect(outcome.isReplay)
            #expect(outcome.stack.record == record)
            try await bench.delete(record.id)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a store that is down costs no port`() async throws {
        try await withStackBench { bench in
            bench.store.fail()
            for _ in 0..<20 {
                #expect(try await errorCode { try await bench.create() } == .storeUnavailable)
            }
            bench.store.recover()
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a port is free where the create failed, whichever replica undoes it`() async throws {
        try await withSQLiteStore { store in
            let (cluster, time) = (FakeCluster(), TestTime())
            try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false), time: time) { failing in
                var options = StackBench.Options()
                options.owner = "owner-2"
                try await withStackBench(cluster: cluster, store: ScriptedStore(store, isExclusive: false), time: time, options) { other in
                    cluster.fail(.createPod)
                    failing.store.fail(.beginDelete)
                    #expect(try await errorCode { try await failing.create() } == .kubernetesUnavailable)
                    await other.reconciler.pass()
                    time.advance(by: failing.service.settings.portLockTTL)
                    await other.reconciler.pass()
                    try await failing.expectNothingLeft()
                    try await other.expectNothingLeft()
                }
            }
        }
    }

    @Test(arguments: [
        (ClusterError(.limitRange, "maximum cpu usage per Container is 1"), StackError.Code.limitRangeViolated),
        (ClusterError(.quota, "exceeded quota: pods=10"), .quotaExceeded),
        (ClusterError(.invalid, "spec.containers[0].image: Required value"), .invalidPodSpec),
        (ClusterError(.namespaceMissing, "namespaces \"stacks\" not found"), .namespaceMissing),
        (ClusterError(.admissionDenied, "denied the request"), .admissionDenied),
        (ClusterError(.unexpected, "what?"), .internalError),
    ])
    func `a create that Kubernetes refuses is undone and reports why`(error: ClusterError, code: StackError.Code) async throws {
        try await withStackBench { bench in
            bench.cluster.fail(.createPod, with: error)
            #expect(try await errorCode { try await bench.create() } == code)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `an unschedulable Pod is removed, and the error has the reason`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .never }
            let error = await #expect(throws: StackError.self) { try await bench.create() }
            #expect(error?.code == .unschedulable)
            #expect(error?.message.contains("Insufficient cpu") == true)
            try await bench.expectNothingLeft()
        }
    }

    @Test(arguments: [FakeCluster.Call.createPod, .createService, .waitUntilScheduled])
    func `a create that Kubernetes does not answer ends when its reservation may be reclaimed`(call: FakeCluster.Call) async throws {
        var options = StackBench.Options()
        options.settings.portLockTTL = .milliseconds(50)
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.script.held = [call] }
            let error = await #expect(throws: StackError.self) { try await bench.create() }
            #expect(error?.code == .kubernetesUnavailable)
            #expect(error?.message.contains("not finished within STACK_PORT_LOCK_TTL") == true)
            bench.cluster.state.update { $0.script.held = [] }
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a Pod that somebody deletes meanwhile ends the create`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let code = errorCode { try await bench.create() }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            bench.cluster.removePod(id)
            #expect(try await code == .kubernetesUnavailable)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `a reservation that another request is deleting is not activated`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let code = errorCode { try await bench.create() }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            _ = try await bench.store.base.beginDelete(id, ifUnchanged: nil, at: bench.time.now)
            bench.cluster.schedule(id)
            #expect(try await code == .kubernetesUnavailable)
            try await bench.expectNothingLeft()
        }
    }
}
