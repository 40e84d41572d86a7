import KubernetesClient
import Testing

/// What the reconciler does about what others do to a cluster.
@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct ReconcilerTests {
    @Test func `a Pod that someone deletes takes its stack with it, at once`() async throws {
        try await withService(["STACK_SCHEDULER_INTERVAL": "1h"]) { service, namespace, client in
            let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            var options = DeleteOptions()
            options.gracePeriodSeconds = 0
            let started = ContinuousClock.now
            try await client.delete(Pod.self, name: id, namespace: namespace, options: options)
            let line = try await service.log.first("stack removed") { $0["stack_id"] == id }
            print("from the deletion of a Pod to the removal of its row: \(ContinuousClock.now - started)")
            #expect(line["cause"] == "object_missing")
            #expect(try await service.api.get("/stacks/\(id)").status == 404)
            try await expectNothingLeft(in: namespace, client)
        }
    }

    @Test func `a Service that someone deletes takes its stack with it, at once`() async throws {
        try await withService(["STACK_SCHEDULER_INTERVAL": "1h"]) { service, namespace, client in
            let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            try await client.delete(Service.self, name: "svc-" + id, namespace: namespace)
            let line = try await service.log.first("removing stack") { $0["stack_id"] == id }
            #expect(line["cause"] == "object_missing")
            _ = try await service.log.first("stack removed") { $0["stack_id"] == id }
            try await expectNothingLeft(in: namespace, client)
        }
    }

    @Test func `a stack expires within a second of its time, also after a restart`() async throws {
        try await withServiceEnvironment(["STACK_TTL": "8s", "STACK_SCHEDULER_INTERVAL": "1h"]) { environment, namespace, client in
            let first = try await ServiceProcess.run(environment) { service in
                try await service.api.create(user: 1, problem: 1).body
            }
            let id = try #require(first.result["stack_id"]?.string)
            let expiry = try #require(first.result["ttl_expires_at"]?.string)
            _ = try await ServiceProcess.run(environment) { service in
                let line = try await service.log.first("removing stack") { $0["stack_id"] == id && $0["cause"] == "expired" }
                let noticed = try #require(line["time"])
                #expect(noticed >= expiry, "\(noticed) \(expiry)")
                // On a busy machine the service may have come up only after that.
                let ready = try #require(try await service.log.first("the state of the cluster has been read")["time"])
                let late = try #require(Self.seconds(from: max(expiry, ready), to: noticed))
                print("from the expiry of a stack to the begin of its removal: \(late) s")
                #expect(late < 1, "\(late) s")
                #expect(try await service.api.get("/stacks/\(id)").status == 404)
                _ = try await service.log.first("stack removed") { $0["stack_id"] == id }
                try await expectNothingLeft(in: namespace, client)
            }
        }
    }

    @Test func `Pods and Services of ours without a record are removed, other people's are not`() async throws {
        try await withServiceEnvironment(["STACK_SCHEDULER_INTERVAL": "1s"]) { environment, namespace, client in
            let labels = ["app.kubernetes.io/managed-by": "ctf-provisioner", "ctf-provisioner.dev/stack-id": "stack-00000000000000aa"]
            @Sendable func service(_ name: String, _ labels: [String: String]) -> Service {
                Service(
                    metadata: ObjectMeta(name: name, labels: labels),
                    spec: Service.Spec(selector: labels, ports: [Service.Port(port: 80)])
                )
            }
            _ = try await ServiceProcess.run(environment) { process in
                // The namespace is this store's by now: what has no record in it is an orphan.
                _ = try await client.create(service("foreign", ["app": "foreign"]), namespace: namespace)
                _ = try await client.create(service("svc-stack-00000000000000aa", labels), namespace: namespace)
                _ = try await process.log.first("objects without a record removed") { $0["stack_id"] == "stack-00000000000000aa" }
                #expect(try await client.list(Service.self, namespace: namespace).items.compactMap(\.metadata.name) == ["foreign"])
            }
        }
    }

    @Test func `while the API server cannot be reached nothing is deleted, and requests are told so`() async throws {
        try await FaultProxy.beforeAPIServer(share: 0) { proxy, kubeconfig in
            try await withServiceEnvironment(["STACK_SCHEDULER_INTERVAL": "200ms", "STACK_TTL": "1h"]) { environment, namespace, client in
                _ = try await ServiceProcess.run(environment.merging(["KUBECONFIG": kubeconfig]) { $1 }) { service in
                    let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                    proxy.partition(true)
                    let refused = try await service.api.create(user: 2, problem: 1)
                    #expect(refused.status == 503 && refused.code == "kubernetes_unavailable", "\(refused.text)")
                    // Reads go on, so the replica stays in service until the watches have been silent for long.
                    #expect(try await service.api.get("/readyz").status == 200)
                    #expect(try await service.api.get("/healthz").status == 200)
                    #expect(try await service.api.get("/stacks/\(id)").status == 200)
                    proxy.partition(false)
                    let created = try await service.api.untilCreated(user: 3, problem: 1)
                    #expect(created.status == 201)
                    #expect(try await service.api.get("/stacks/\(id)").status == 200)
                    try await waitUntilStable(service, namespace, client)
                    try await expectStoreMatchesCluster(service, namespace, client)
                }
            }
        }
    }

    @Test func `what happened while the watches were cut is seen after 410 Gone, without any bookmark`() async throws {
        try await FaultProxy.beforeAPIServer(share: 0) { proxy, kubeconfig in
            proxy.dropBookmarks()
            try await withServiceEnvironment(["STACK_SCHEDULER_INTERVAL": "1h"]) { environment, namespace, client in
                _ = try await ServiceProcess.run(environment.merging(["KUBECONFIG": kubeconfig]) { $1 }) { service in
                    let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                    let kept = try #require(try await service.api.create(user: 2, problem: 1).body["stack_id"]?.string)
                    proxy.expireWatches(true)
                    try await client.delete(Service.self, name: "svc-" + id, namespace: namespace)
                    let line = try await service.log.first("stack removed") { $0["stack_id"] == id }
                    #expect(line["cause"] == "object_missing")
                    #expect((proxy.counts["gone"] ?? 0) > 0)
                    proxy.expireWatches(false)
                    // The watches go on from the new lists.
                    try await client.delete(Service.self, name: "svc-" + kept, namespace: namespace)
                    _ = try await service.log.first("stack removed") { $0["stack_id"] == kept }
                }
            }
        }
    }

    @Test func `an API server that accepts and never answers costs its time-outs and nothing else`() async throws {
        let settings = ["STACK_SCHEDULER_INTERVAL": "1s", "STACK_PORT_LOCK_TTL": "10s", "STACK_SCHEDULING_TIMEOUT": "9s"]
        try await FaultProxy.beforeAPIServer(share: 0) { proxy, kubeconfig in
            try await withServiceEnvironment(settings) { environment, namespace, client in
                _ = try await ServiceProcess.run(environment.merging(["KUBECONFIG": kubeconfig]) { $1 }) { service in
                    let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                    proxy.silence(true)
                    let started = ContinuousClock.now
                    async let creating = service.api.create(user: 2, problem: 1)
                    async let deleting = service.api.delete(id)
                    #expect(try await service.api.get("/healthz").status == 200)
                    #expect(try await service.api.get("/stacks/\(id)").status != 500)
                    let (created, deleted) = (try await creating, try await deleting)
                    print("a create that is never answered ends after \(ContinuousClock.now - started)")
                    #expect(created.status == 503 && created.code == "kubernetes_unavailable", "\(created.text)")
                    #expect(deleted.status == 503 && deleted.code == "kubernetes_unavailable", "\(deleted.text)")
                    proxy.silence(false)
                    // What was begun goes on by itself.
                    _ = try await service.log.first("stack removed") { $0["stack_id"] == id }
                    try await waitUntilStable(service, namespace, client)
                    try await expectNothingLeft(in: namespace, client)
                    #expect(try await service.api.create(user: 1, problem: 1).status == 201)
                    #expect(try await service.api.create(user: 2, problem: 1).status == 201)
                    try await expectStoreMatchesCluster(service, namespace, client)
                }
            }
        }
    }

    @Test func `a watch that stays open and brings nothing fails no create and no delete`() async throws {
        try await FaultProxy.beforeAPIServer(share: 0) { proxy, kubeconfig in
            let settings = ["STACK_SCHEDULING_TIMEOUT": "8s", "STACK_SCHEDULER_INTERVAL": "1s"]
            try await withServiceEnvironment(settings) { environment, namespace, client in
                _ = try await ServiceProcess.run(environment.merging(["KUBECONFIG": kubeconfig]) { $1 }) { service in
                    let seen = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
                    proxy.blind("/pods")
                    let unseen = try await service.api.create(user: 2, problem: 1)
                    #expect(unseen.status == 201, "\(unseen.text)")
                    for id in [seen, unseen.body["stack_id"]?.string ?? ""] {
                        let deleted = try await service.api.delete(id)
                        #expect(deleted.status == 200, "\(deleted.text)")
                    }
                    try await expectNothingLeft(in: namespace, client)

                    async let creating = service.api.create(user: 3, problem: 1)
                    var pod: String?
                    while pod == nil { pod = try await client.list(Pod.self, namespace: namespace).items.first?.metadata.name }
                    var options = DeleteOptions()
                    options.gracePeriodSeconds = 0
                    try await client.delete(Pod.self, name: pod ?? "", namespace: namespace, options: options)
                    let gone = try await creating
                    #expect(gone.status == 503 && gone.code == "kubernetes_unavailable", "\(gone.text)")
                    try await expectNothingLeft(in: namespace, client)
                }
            }
        }
    }

    private static func seconds(from earlier: String, to later: String) -> Double? {
        // Both are RFC 3339 in UTC with milliseconds, a few seconds apart.
        func value(_ text: String) -> Double? {
            let parts = text.dropFirst(11).dropLast().split(separator: ":").compactMap { Double($0) }
            return parts.count == 3 ? parts[0] * 3600 + parts[1] * 60 + parts[2] : nil
        }
        guard let earlier = value(earlier), let later = value(later) else { return nil }
        return later < earlier ? later + 86_400 - earlier : later - earlier
    }
}
