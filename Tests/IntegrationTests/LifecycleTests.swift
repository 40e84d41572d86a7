import KubernetesClient
import NIOHTTP1
import Testing

@Suite(.enabled(if: TestCluster.isUp, TestCluster.needed), .serialized, .timeLimit(.minutes(10)))
struct LifecycleTests {
    @Test func `a stack is created, shown everywhere, deleted, and leaves nothing`() async throws {
        try await withService { service, namespace, client in
            let api = service.api
            let created = try await api.create(user: 101, problem: 1001)
            #expect(created.status == 201, "\(created.text)")
            let id = try #require(created.body["stack_id"]?.string)
            #expect(created.headers.first(name: "Location") == "/stacks/\(id)")
            #expect(
                created.body.keys == [
                    "stack_id", "user_id", "problem_id", "pod_id", "namespace", "node_id", "node_public_ip", "pod_spec", "target_port",
                    "node_port",
                    "ports", "service_name", "status", "ttl_expires_at", "created_at", "updated_at", "requested_cpu_milli",
                    "requested_memory_bytes", "ready", "reason", "message", "egress", "warnings",
                ]
            )
            #expect(created.body["service_name"]?.string == "svc-" + id)
            #expect(created.body["requested_cpu_milli"]?.int == 10)
            #expect(created.body["requested_memory_bytes"]?.int == 16 << 20)
            let port = try #require(created.body["node_port"]?.int)
            #expect((30000...32767).contains(port))
            #expect(
                created.body["ports"]?.array == [
                    .object(["container_port": .number(8080), "protocol": .string("TCP"), "node_port": .number(Double(port))])
                ]
            )

            let service = try await client.get(Service.self, name: "svc-" + id, namespace: namespace)
            let pod = try await client.get(Pod.self, name: id, namespace: namespace)
            #expect(service.spec?.ports?.map(\.nodePort) == [port])
            #expect(service.spec?.selector == ["ctf-provisioner.dev/stack-id": id])
            #expect(service.metadata.ownerReferences?.map(\.uid) == [pod.metadata.uid ?? ""])
            let node = try #require(pod.spec?.nodeName)
            #expect(created.body["node_id"]?.string == node)

            #expect(try await api.statusAfterStart(of: id).body["status"]?.string == "running")
            let shown = try await api.get("/stacks/\(id)")
            #expect(shown.status == 200)
            #expect(shown.body["created_at"] == created.body["created_at"])
            let list = try await api.get("/stacks")
            #expect(list.body["stacks"]?.array == [shown.body])
            let ofUser = try await api.get("/users/101/stacks")
            #expect(ofUser.body["user_id"]?.int == 101)
            #expect(ofUser.body["stacks"]?.array == [shown.body])
            #expect(try await api.get("/users/102/stacks").body["stacks"]?.array == [])
            let stats = try await api.get("/stats").body
            #expect(stats["total_stacks"]?.int == 1 && stats["active_stacks"]?.int == 1 && stats["used_node_ports"]?.int == 1)
            #expect(stats["reserved_cpu_milli"]?.int == 10 && stats["reserved_memory_bytes"]?.int == 16 << 20)
            #expect(stats["node_distribution"] == .object([node: .number(1)]))

            let deleted = try await api.delete(id)
            #expect(deleted.status == 200)
            #expect(deleted.body == .object(["deleted": .bool(true), "stack_id": .string(id)]))
            try await expectNothingLeft(in: namespace, client)
            #expect(try await api.get("/stacks/\(id)").status == 404)
            #expect(try await api.delete(id).code == "stack_not_found")
            #expect(try await api.get("/stats").body["total_stacks"]?.int == 0)
        }
    }

    @Test func `what the API server keeps of a Pod is locked up`() async throws {
        try await withService { service, namespace, client in
            let created = try await service.api.create(user: 1, problem: 1)
            let id = try #require(created.body["stack_id"]?.string)
            let spec = try await client.get(RawPod.self, name: id, namespace: namespace).spec
            #expect(spec["restartPolicy"]?.string == "Never")
            #expect(spec["automountServiceAccountToken"] == .bool(false))
            #expect(spec["enableServiceLinks"] == .bool(false))
            #expect(spec["activeDeadlineSeconds"]?.int == 21720)
            #expect(spec["volumes"] == nil)
            #expect(spec["hostNetwork"] == nil && spec["hostPID"] == nil && spec["hostIPC"] == nil)
            #expect(spec["securityContext"]?["seccompProfile"]?["type"]?.string == "RuntimeDefault")
            let container = try #require(spec["containers"]?.array.first)
            #expect(container["securityContext"]?["allowPrivilegeEscalation"] == .bool(false))
            #expect(container["securityContext"]?["privileged"] == .bool(false))
            #expect(container["securityContext"]?["capabilities"]?["drop"] == .array([.string("ALL")]))
            #expect(container["resources"]?["limits"] == container["resources"]?["requests"])
            #expect(container["resources"]?["limits"]?["ephemeral-storage"]?.string == "1Mi")
        }
    }

    @Test func `no event shows a value of the caller's environment`() async throws {
        try await withService { service, namespace, client in
            let api = service.api
            let env = JSON.object(["FLAG": .string("ctf{never to be seen}")])
            let created = try await api.create(user: 1, problem: 1, targetPort: .number(8080), spec: Specs.small, env: env)
            #expect(created.status == 201, "\(created.text)")
            let id = try #require(created.body["stack_id"]?.string)
            let pod = try await client.get(Pod.self, name: id, namespace: namespace)
            let object = #"{"kind":"Pod","namespace":"\#(namespace)","name":"\#(id)","uid":"\#(pod.metadata.uid ?? "")"}"#
            // As a kubelet quotes the command of a container.
            let message = #"exec: \"ctf{never to be seen}\": not found"#
            try await client.create(
                Event.self,
                named: "quote",
                namespace: namespace,
                #""involvedObject":\#(object),"reason":"Failed","message":"\#(message)","type":"Warning""#
            )
            let events = try await api.get("/stacks/\(id)/events")
            #expect(!events.text.contains("never to be"), "\(events.text)")
            let quote = events.body["events"]?.array.first { $0["reason"]?.string == "Failed" }
            #expect(quote?["message"]?.string == #"exec: "<hidden>": not found"#, "\(events.text)")
        }
    }

    @Test func `two containers, one port, UDP`() async throws {
        try await withService { service, namespace, client in
            let spec =
                Specs.spec(pod: "").replacing("containerPort: 8080", with: "containerPort: 5353, protocol: UDP")
                + "\n    - {name: side, image: ctf.local/challenge:1, resources: {requests: {cpu: 5m, memory: 4Mi}}}"
            let created = try await service.api.create(user: 1, problem: 1, port: 5353, spec: spec)
            #expect(created.status == 201, "\(created.text)")
            #expect(created.body["ports"]?.array.first?["protocol"]?.string == "UDP")
            #expect(created.body["requested_cpu_milli"]?.int == 15)
        }
    }

    @Test func `reads never change state`() async throws {
        try await withService { service, namespace, client in
            let id = try #require(try await service.api.create(user: 1, problem: 1).body["stack_id"]?.string)
            let before = try await client.list(Pod.self, namespace: namespace).items.map(\.metadata.uid)
            for path in ["/stacks", "/stacks/\(id)", "/stacks/\(id)/status", "/users/1/stacks", "/stats", "/healthz", "/readyz"] {
                #expect(try await service.api.get(path).status == 200)
            }
            #expect(try await client.list(Pod.self, namespace: namespace).items.map(\.metadata.uid) == before)
        }
    }
}

/// A Pod with its spec as it is.
struct RawPod: KubernetesObject {
    static let resource = Pod.resource
    var metadata: ObjectMeta
    var spec: JSON
}
