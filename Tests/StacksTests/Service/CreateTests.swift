import FoundationEssentials
import PodPolicy
import StackStoreSQLite
import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite(.timeLimit(.minutes(1))) struct CreateTests {
    @Test func `an expired stack is reported as being deleted, not as existing`() async throws {
        try await withStackBench { bench in
            let record = try await bench.create().record
            bench.time.advance(to: record.expiresAt)
            #expect(try await errorCode { try await bench.create() } == .deletionPending)
            await bench.reconciler.pass()
            try await bench.create()
        }
    }

    @Test func `a create makes a row, a Pod and a Service that belong together`() async throws {
        try await withStackBench { bench in
            bench.reconcileQueue.open()
            let outcome = try await bench.service.create(.sample(user: 101, problem: 1001), logger: silentLogger)
            #expect(!outcome.isReplay)
            let record = outcome.stack.record
            #expect(record.userID == 101)
            #expect(record.problemID == 1001)
            #expect(record.state == .active)
            #expect(record.namespace == "stacks")
            #expect(record.port == ExposedPort(containerPort: 8080, protocol: .tcp))
            #expect((30000...32767).contains(record.nodePort))
            #expect(record.nodeID == "node-1")
            #expect(record.requestedCPUMilli == 100)
            #expect(record.requestedMemoryBytes == 64 << 20)
            #expect(record.createdAt == bench.time.now)
            #expect(record.expiresAt == bench.time.now + 7200)
            #expect(record.podSpec.contains("name: \(record.id)"))
            #expect(record.podSpec.contains("activeDeadlineSeconds: 7320"))
            #expect(outcome.stack.status == .creating)
            #expect(outcome.stack.nodePublicIP == "203.0.113.1")
            #expect(try await bench.store.allRecords() == [record])

            let state = bench.cluster.state.value
            let pod = try #require(state.pods[record.id])
            #expect(pod.labels.merging(StackLabels.all(of: record.id, userID: 101, problemID: 1001, egress: .none)) { $1 } == pod.labels)
            #expect(state.services.keys.map { $0 } == [record.id])
            #expect(state.services[record.id]?.podUID == pod.uid)
            #expect(state.services[record.id]?.nodePorts == record.nodePorts)
            #expect(bench.ports.freeCount == 2767)
            bench.time.advance(to: record.expiresAt - 0.001)
            #expect(bench.reconcileQueue.next() == nil)
            bench.time.advance(to: record.expiresAt + 0.001)
            #expect(bench.reconcileQueue.next() == record.id)
        }
    }

    @Test(arguments: Egress.allCases)
    func `the Pod's label tells the egress of the settings`(egress: Egress) async throws {
        var options = StackBench.Options()
        options.settings.defaultEgress = egress
        try await withStackBench(options) { bench in
            let outcome = try await bench.service.create(.sample(), logger: silentLogger)
            let pod = try #require(bench.cluster.state.value.pods[outcome.stack.record.id])
            #expect(pod.labels[StackLabels.egress] == egress.rawValue)
        }
    }

    /// What stands in the store and in the cluster at a failpoint.
    private struct Scene: Sendable, Equatable {
        var point: String
        var rows: [StackRecord.State]
        var pods: Int
        var services: Int

        init(_ point: String, _ rows: [StackRecord.State], _ pods: Int, _ services: Int) {
            self.point = point
            self.rows = rows
            self.pods = pods
            self.services = services
        }
    }

    @Test func `the row comes before everything and goes after everything`() async throws {
        try await withSQLiteStore { store in
            let cluster = FakeCluster()
            let scenes = Observed<[Scene]>([])
            var options = StackBench.Options()
            options.failpoint = { point in
                let state = cluster.state.value
                do {
                    let rows = try await store.allRecords().map(\.state)
                    scenes.update { $0.append(Scene(point.description, rows, state.pods.count, state.services.count)) }
                } catch {
                    Issue.record(error)
                }
            }
            try await withStackBench(cluster: cluster, store: ScriptedStore(store), options) { bench in
                let stack = try await bench.create()
                try await bench.delete(stack.record.id)
            }
            #expect(
                scenes.value == [
                    Scene("before-reserve", [], 0, 0), Scene("after-reserve", [.reserved], 0, 0),
                    Scene("before-createPod", [.reserved], 0, 0), Scene("after-createPod", [.reserved], 1, 0),
                    Scene("before-createService", [.reserved], 1, 0), Scene("after-createService", [.reserved], 1, 1),
                    Scene("before-activate", [.reserved], 1, 1), Scene("after-activate", [.active], 1, 1),
                    Scene("before-beginDelete", [.active], 1, 1), Scene("after-beginDelete", [.deleting], 1, 1),
                    Scene("before-deleteService", [.deleting], 1, 1), Scene("after-deleteService", [.deleting], 1, 0),
                    Scene("before-deletePod", [.deleting], 1, 0), Scene("after-deletePod", [.deleting], 0, 0),
                    Scene("before-remove", [.deleting], 0, 0), Scene("after-remove", [], 0, 0),
                ]
            )
        }
    }

    @Test(arguments: [
        (CreateRequest(userID: 0, problemID: 1, targetPort: 8080, podSpec: samplePodSpec), StackError.Code.invalidRequest, "user_id: 0"),
        (CreateRequest(userID: -1, problemID: 1, targetPort: 8080, podSpec: samplePodSpec), .invalidRequest, "user_id: -1"),
        (CreateRequest(userID: 1, problemID: 0, targetPort: 8080, podSpec: samplePodSpec), .invalidRequest, "problem_id: 0"),
        (CreateRequest(userID: 1, problemID: 1, targetPort: 0, podSpec: samplePodSpec), .invalidRequest, "target_port: 0"),
        (CreateRequest(userID: 1, problemID: 1, targetPort: 65536, podSpec: samplePodSpec), .invalidRequest, "target_port: 65536"),
        (CreateRequest(userID: 1, problemID: 1, targetPort: 80, podSpec: samplePodSpec), .invalidPodSpec, "8080"),
        (CreateRequest(userID: 1, problemID: 1, targetPort: 8080, podSpec: "kind: Deployment"), .invalidPodSpec, "kind"),
        (CreateRequest(userID: 1, problemID: 1, targetPort: 8080, podSpec: ""), .invalidPodSpec, "pod_spec"),
    ])
    func `a request that cannot be is refused before anything is touched`(request: CreateRequest, code: StackError.Code, words: String)
        async throws
    {
        try await withStackBench { bench in
            let error = await #expect(throws: StackError.self) { try await bench.service.create(request, logger: silentLogger) }
            #expect(error?.code == code)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect((error?.details.isEmpty == false) == (code == .invalidPodSpec))
            #expect(bench.cluster.count() == 0)
            #expect(bench.store.script.value.begun.isEmpty)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `before the caches are synced nothing is created`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.isSynced = false }
            #expect(try await errorCode { try await bench.create() } == .kubernetesUnavailable)
            #expect(bench.cluster.count() == 0)
            try await bench.expectNothingLeft()
        }
    }

    @Test func `the Pod that takes long to be placed is waited for, by event`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let stack = bench.create()
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            #expect(try await bench.stack(id).status == .creating)
            bench.cluster.schedule(id, on: "node-1")
            #expect(try await stack.record.nodeID == "node-1")
        }
    }

    @Test func `a client that goes away changes nothing`() async throws {
        try await withStackBench { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            let client = Task { try await bench.create() }
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            client.cancel()
            bench.cluster.schedule(id)
            let stack = try await client.value
            #expect(try await bench.stack(id) == stack)
            #expect(try await bench.store.allRecords().map(\.state) == [.active])
        }
    }

    @Test func `when everybody is busy a create is refused and leaves nothing`() async throws {
        var options = StackBench.Options()
        options.concurrentJobs = 1
        options.waitingJobs = 0
        try await withStackBench(options) { bench in
            bench.cluster.state.update { $0.scheduling = .held }
            async let first = bench.create()
            let id = try await bench.cluster.state.waitForValue { $0.script.begun[.waitUntilScheduled] == 1 ? $0.pods.keys.first : nil }
            #expect(try await errorCode { try await bench.create(user: 2) } == .tooManyCreates)
            // Deletes have workers of their own.
            #expect(try await errorCode { try await bench.delete(.numbered(1)) } == .stackNotFound)
            bench.cluster.schedule(id)
            #expect(try await bench.store.allRecords().count == 1)
            _ = try await first
        }
    }
}
