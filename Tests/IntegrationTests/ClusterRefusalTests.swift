import KubernetesClient
import NIOHTTP1
import TestBasics
import Testing

/// What Kubernetes refuses, by really making it refuse: each time nothing is left, and an immediate retry works once the cause is gone.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct ClusterRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var limits: String?
        var quota: String?
        var status: Int
        var code: String
        /// What the answer must say.
        var words: [String]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(
            name: "limit range: maximum per container",
            limits: #"[{"type":"Container","max":{"cpu":"5m"}}]"#,
            status: 400,
            code: "limit_range_violated",
            words: ["maximum cpu usage per Container is 5m"]
        ),
        Case(
            name: "limit range: minimum per container",
            limits: #"[{"type":"Container","min":{"memory":"32Mi"}}]"#,
            status: 400,
            code: "limit_range_violated",
            words: ["minimum memory usage per Container is 32Mi"]
        ),
        Case(
            name: "limit range: maximum per Pod",
            limits: #"[{"type":"Pod","max":{"memory":"8Mi"}}]"#,
            status: 400,
            code: "limit_range_violated",
            words: ["maximum memory usage per Pod is 8Mi"]
        ),
        Case(
            name: "limit range: minimum per Pod",
            limits: #"[{"type":"Pod","min":{"cpu":"1"}}]"#,
            status: 400,
            code: "limit_range_violated",
            words: ["minimum cpu usage per Pod is 1"]
        ),
        Case(
            name: "quota: cpu",
            quota: #"{"hard":{"requests.cpu":"5m"}}"#,
            status: 503,
            code: "quota_exceeded",
            words: ["exceeded quota", "requests.cpu"]
        ),
        Case(
            name: "quota: memory",
            quota: #"{"hard":{"limits.memory":"8Mi"}}"#,
            status: 503,
            code: "quota_exceeded",
            words: ["exceeded quota", "limits.memory"]
        ),
        Case(
            name: "quota: Pods",
            quota: #"{"hard":{"pods":"0"}}"#,
            status: 503,
            code: "quota_exceeded",
            words: ["exceeded quota", "pods"]
        ),
        Case(
            name: "quota: NodePort Services",
            quota: #"{"hard":{"services.nodeports":"0"}}"#,
            status: 503,
            code: "quota_exceeded",
            words: ["exceeded quota", "services.nodeports"]
        ),
    ])
    func `a limit of the namespace is told in plain words and leaves nothing`(row: Case) async throws {
        try await withService { service, namespace, client in
            if let limits = row.limits {
                try await client.create(LimitRange.self, named: "limits", namespace: namespace, #""spec":{"limits":\#(limits)}"#)
            }
            if let quota = row.quota {
                try await client.create(ResourceQuota.self, named: "quota", namespace: namespace, #""spec":\#(quota)"#)
                try await client.waitUntilQuotaIsComputed(in: namespace)
            }
            let answer = try await service.api.untilRefused(code: row.code)
            #expect(answer.status == row.status, "\(answer.text)")
            for word in row.words { #expect(answer.body["error"]?.string?.contains(word) == true, "\(answer.text)") }
            try await expectCleanSlate(service, namespace, client)

            if row.limits != nil { try await client.delete(LimitRange.self, name: "limits", namespace: namespace) }
            if row.quota != nil { try await client.delete(ResourceQuota.self, name: "quota", namespace: namespace) }
            #expect(try await service.api.untilCreated(user: 1, problem: 1).status == 201)
        }
    }

    @Test func `no node within the time-out is 503, and says what the scheduler says`() async throws {
        try await withService([
            "STACK_NODE_SELECTOR": "no=such-node", "STACK_SCHEDULING_TIMEOUT": "5s", "CLUSTER_TOTAL_CPU": "8",
            "CLUSTER_TOTAL_MEMORY": "8Gi",
        ]) {
            service,
            namespace,
            client in
            let answer = try await service.api.create(user: 1, problem: 1)
            #expect(answer.status == 503 && answer.code == "unschedulable", "\(answer.text)")
            #expect(
                answer.body["error"]?.string?.contains("no node for the Pod within 5 s: 0/") == true,
                "\(answer.text)"
            )
            #expect(answer.headers.first(name: "Retry-After") != nil)
            try await expectCleanSlate(service, namespace, client)
        }
    }

    @Test func `a namespace that is gone has its own code`() async throws {
        try await withService { service, namespace, client in
            try await client.delete(Namespace.self, name: namespace, namespace: nil)
            try await client.waitUntilNamespaceIsGone(namespace)
            let answer = try await service.api.create(user: 1, problem: 1)
            #expect(answer.status == 500 && answer.code == "namespace_missing", "\(answer.text)")
            #expect(answer.body["request_id"]?.string?.isEmpty == false)
            #expect(try await service.api.get("/stacks").body["stacks"]?.array == [])
            _ = try await service.log.first("Kubernetes refused") { $0["level"] == "error" }
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: namespace)), namespace: nil)
        }
    }

    @Test func `credentials that the API server does not know are told apart from missing rights`() async throws {
        try await TestCluster.withNamespace { namespace, client in
            try await withTemporaryFolder { folder in
                // Without rights nothing can be watched, so the service is never ready; it says so and goes on.
                let path = try TestCluster.kubeconfig(inFolder: folder, token: "not-a-token")
                let environment = ["KUBECONFIG": path, "STACK_NAMESPACE": namespace, "STACK_SQLITE_PATH": folder + "/s.sqlite"]
                let run = try await ServiceProcess.run(environment, waitUntilSynced: false) { service in
                    let ready = try await service.api.get("/readyz")
                    #expect(ready.status == 503)
                    #expect(try await service.api.get("/healthz").status == 200)
                    let answer = try await service.api.create(user: 1, problem: 1)
                    #expect(answer.status == 503 && answer.code == "kubernetes_unavailable", "\(answer.text)")
                    let line = try await service.log.first("watch failed; retrying after a backoff")
                    #expect(line["error"]?.contains("401") == true)
                }
                #expect(run.log.text.contains("not-a-token") == false)
            }
        }
    }

    private func expectCleanSlate(_ service: ServiceProcess, _ namespace: String, _ client: KubernetesClient) async throws {
        try await expectNothingLeft(in: namespace, client)
        let stats = try await service.api.get("/stats").body
        #expect(stats["total_stacks"]?.int == 0 && stats["used_node_ports"]?.int == 0 && stats["reserved_cpu_milli"]?.int == 0)
    }
}

extension APIClient {
    /// The API server's admission plugins learn of a new limit after a moment: asks until the answer is the one that is waited for.
    func untilRefused(code: String, user: Int64 = 1) async throws -> Answer {
        try await untilSettled { answer in
            if let id = answer.body["stack_id"]?.string { _ = try await delete(id) }
            return answer.code == code
        } create: {
            try await create(user: user, problem: 1)
        }
    }

    /// The same for a limit that was taken away.
    func untilCreated(user: Int64, problem: Int64) async throws -> Answer {
        try await untilSettled {
            $0.status == 201
        } create: {
            try await create(user: user, problem: problem)
        }
    }

    /// Tries again for a minute, with a pause after each answer that is not the one.
    private func untilSettled(_ isSettled: (Answer) async throws -> Bool, create: () async throws -> Answer) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let answer = try await create()
            if try await isSettled(answer) || ContinuousClock.now > deadline { return answer }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

extension KubernetesClient {
    func waitUntilNamespaceIsGone(_ name: String) async throws {
        let list = try await list(Namespace.self, fieldSelector: "metadata.name=\(name)")
        guard !list.items.isEmpty else { return }
        for try await event in watch(Namespace.self, fieldSelector: "metadata.name=\(name)", resourceVersion: list.resourceVersion) {
            if case .deleted = event { return }
        }
    }

    /// Until its controller has counted, a quota refuses everything with another message.
    func waitUntilQuotaIsComputed(in namespace: String) async throws {
        struct Quota: KubernetesObject {
            static let resource = ResourceQuota.resource
            var metadata: ObjectMeta
            var status: JSON?
        }
        let list = try await list(Quota.self, namespace: namespace)
        if list.items.contains(where: { $0.status?["used"] != nil }) { return }
        for try await event in watch(Quota.self, namespace: namespace, resourceVersion: list.resourceVersion) {
            if case .modified(let quota) = event, quota.status?["used"] != nil { return }
        }
    }
}
