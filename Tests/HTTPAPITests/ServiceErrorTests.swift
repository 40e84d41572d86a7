import HTTPTypes
import Stacks
import TestBasics
import TestSupport
import Testing

/// What the service refuses, as callers see it.
@Suite struct ServiceErrorTests {
    @Test func `a second stack for the same problem is a conflict that names the first`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            let answer = try await api.create()
            #expect(answer.status == 409 && answer.code == "stack_exists")
            #expect(answer.error == "user 101 already has \(id) for problem 1001")
            #expect(answer.body["stack_id"] == .string(id) && answer.body["retry"] == .bool(false))
            #expect(answer.header("Retry-After") == nil)
            api.service.cluster.state.update { $0.termination = .never }
            #expect(try await api.send(.delete, "/stacks/\(id)").status == 202)
            let leaving = try await api.create()
            #expect(leaving.status == 409 && leaving.code == "stack_exists")
            #expect(leaving.body["stack_id"] == .string(id) && leaving.body["retry"] == .bool(true))
            #expect(leaving.header("Retry-After") == "5")
        }
    }

    @Test func `the user's limit, a full cluster and spent ports are 503`() async throws {
        var options = APIBench.Options()
        options.service.settings.maxPerUser = 1
        options.service.ports = 30000...30001
        try await withAPI(options) { api async throws in
            #expect(try await api.create(user: 1, problem: 1).status == 201)
            let limited = try await api.create(user: 1, problem: 2)
            #expect(limited.status == 503 && limited.code == "user_stack_limit_reached")
            #expect(limited.error == "user 1 has 1 stacks; at most 1 are allowed")
            api.service.cluster.state.update { $0.budget = ResourceAmount(cpuMilli: 150, memoryBytes: 1 << 40) }
            let saturated = try await api.create(user: 2)
            #expect(saturated.status == 503 && saturated.code == "cluster_saturated")
            api.service.cluster.state.update { $0.budget = ResourceAmount(cpuMilli: 1500, memoryBytes: 1 << 40) }
            #expect(try await api.create(user: 2).status == 201)
            let exhausted = try await api.create(user: 3)
            #expect(exhausted.status == 503 && exhausted.code == "node_ports_exhausted")
            for answer in [limited, saturated, exhausted] { #expect(answer.header("Retry-After") == "30") }
        }
    }

    @Test(arguments: [
        (ClusterError(.unavailable, "dial tcp 10.9.8.7:6443: refused"), 503, "kubernetes_unavailable"),
        (ClusterError(.unavailable, "slow down", retryAfterSeconds: 17), 503, "kubernetes_unavailable"),
        (ClusterError(.quota, "exceeded quota: q"), 503, "quota_exceeded"),
        (ClusterError(.limitRange, "maximum cpu usage per Container is 1"), 400, "limit_range_violated"),
        (ClusterError(.invalid, "spec.containers[0].image: Required value"), 400, "invalid_pod_spec"),
        (ClusterError(.unauthorized, "token ey.secret expired"), 500, "kubernetes_unauthorized"),
        (ClusterError(.forbidden, "User \"system:serviceaccount:x\" cannot create"), 500, "kubernetes_forbidden"),
        (ClusterError(.unexpected, "10.9.8.7 said nonsense"), 500, "internal_error"),
    ])
    func `what Kubernetes refuses has its status, and no addresses or credentials`(error: ClusterError, status: Int, code: String)
        async throws
    {
        try await withAPI { api async throws in
            api.service.cluster.fail(.createPod, with: error)
            let answer = try await api.create()
            #expect(answer.status == status && answer.code == code)
            #expect(
                answer.header("Retry-After") == (status == 503 ? "\(error.retryAfterSeconds ?? (code == "quota_exceeded" ? 30 : 5))" : nil)
            )
            for secret in ["10.9.8.7", "ey.secret", "serviceaccount"] { #expect(!answer.text.contains(secret)) }
            // Nothing is left, and nothing blocks another try.
            #expect(try await api.create().status == 201)
        }
    }

    @Test(arguments: ["/stacks", "/stacks/stack-0000000000000001", "/stacks/stack-0000000000000001/status", "/users/1/stacks", "/stats"])
    func `reads answer 503 when the store is down or the cluster is unknown`(path: String) async throws {
        try await withAPI { api async throws in
            try await api.service.store.reserve(.sample(1), within: ReservationLimits(stacksPerUser: 5, budget: nil))
            api.service.store.fail(.read)
            let down = try await api.get(path)
            #expect(down.status == 503 && down.code == "store_unavailable")
            #expect(down.body["error"] == "the store cannot be reached")
            api.service.cluster.state.update { $0.isSynced = false }
            let unknown = try await api.get(path)
            #expect(unknown.status == 503 && unknown.code == "kubernetes_unavailable")
            for answer in [down, unknown] { #expect(answer.header("Retry-After") == "5") }
            api.service.cluster.state.update { $0.isSynced = true }
            #expect(try await api.get(path).status == 200)
        }
    }

    @Test func `a delete that the cluster does not finish is 202 and goes on`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            api.service.cluster.state.update { $0.termination = .never }
            let answer = try await api.send(.delete, "/stacks/\(id)")
            #expect(answer.status == 202)
            #expect(answer.text == #"{"deleted":false,"stack_id":"\#(id)"}"#)
            #expect(answer.header("Preference-Applied") == nil)
            #expect(try await api.get("/stacks/\(id)").status == 404)
            #expect(try await api.get("/stacks").body == ["stacks": []])
            #expect(try await api.get("/stats").body["used_node_ports"] == 1)
            api.service.cluster.finishTerminations()
            #expect(try await api.send(.delete, "/stacks/\(id)").status == 200)
        }
    }

    @Test func `a Pod spec that the policy refuses is 400, with every problem`() async throws {
        try await withAPI { api async throws in
            let spec = #""apiVersion: v1\nkind: Pod\nspec: {hostPID: true, hostIPC: true, containers: []}""#
            let answer = try await api.post(createBody(spec: spec))
            #expect(answer.status == 400 && answer.code == "invalid_pod_spec")
            #expect(answer.error.hasPrefix("pod_spec: "))
            let paths = answer.body["details"]?.array.compactMap { $0["path"]?.string } ?? []
            #expect(Set(paths).isSuperset(of: ["spec.hostPID", "spec.hostIPC"]))
            #expect(api.service.cluster.count() == 0)
        }
    }

    @Test func `a stack that expired or lost its node is not found`() async throws {
        try await withAPI { api async throws in
            let id = try #require(try await api.create().body["stack_id"]?.string)
            // Long enough that the watch cannot merely be late.
            api.service.time.advance(by: .seconds(30))
            let node = api.service.cluster.state.value.nodes["node-1"]
            api.service.cluster.state.update { $0.nodes["node-1"] = nil }
            #expect(try await api.get("/stacks/\(id)").code == "stack_not_found")
            api.service.cluster.state.update { $0.nodes["node-1"] = node }
            #expect(try await api.get("/stacks/\(id)").status == 200)
            api.service.time.advance(by: .seconds(7200))
            #expect(try await api.get("/stacks/\(id)/status").status == 404)
            #expect(try await api.get("/stacks").body == ["stacks": []])
        }
    }
}
