import Foundation
import KubernetesClient
import Testing

/// Inside the suite of the real node: tests that taint the node or filter its packets run while no other test uses it.
extension EndToEndTests {
    @Suite(.enabled(if: TestCluster.kubectl != nil, "needs kubectl: scripts/test names it"))
    struct IsolationTests {
        @Test func `with the policies enforced, a stack reaches only what its egress names, and only players reach a stack`() async throws {
            try await withIsolatedStacks { stacks in
                // Every target is alive, and nothing but the policies closes a path.
                #expect(try await stacks.closedPaths() == [:])
                try await RealNode.withPoliciesEnforced {
                    let open = try await stacks.openPaths()
                    #expect(open[.sealed] == IsolatedStacks.Caller.sealed.itself)
                    #expect(open[.connected] == IsolatedStacks.Caller.connected.itself.union([.internet, .nameServer]))
                    #expect(open[.outsider] == Set(IsolatedStacks.Target.allCases).subtracting(IsolatedStacks.stacks))
                    #expect(open[.player] == IsolatedStacks.nodePorts)
                }
                #expect(try await stacks.closedPaths() == [:])
            }
        }

        @Test func `a stack runs under the RuntimeClass on a tainted node, and its overhead counts`() async throws {
            let name = "isolation-\(UInt32.random(in: 0...UInt32.max))"
            let node = try #require(TestCluster.realNode)
            let runtimeClass = """
                {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": "\(name)"}, "handler": "ctf",
                 "overhead": {"podFixed": {"cpu": "50m", "memory": "20Mi"}}}
                """
            try await RealNode.kubectl(["create", "--filename", "-"], input: runtimeClass)
            try await always({ try await RealNode.kubectl(["delete", "runtimeclass", name]) }) {
                try await RealNode.kubectl(["taint", "node", node, "\(name)=challenges:NoSchedule"])
                try await always({ try await RealNode.kubectl(["taint", "node", node, "\(name)-"]) }) {
                    try await Self.expectNoPlaceWithoutToleration()
                    let toleration = ["STACK_TOLERATIONS": "\(name)=challenges:NoSchedule"]
                    try await Self.expectStack(toleration, cpu: 10, memory: 16 << 20, underHandler: false)
                    let both = ["STACK_RUNTIME_CLASS": name, "STACK_TOLERATIONS": "\(name):NoSchedule"]
                    try await Self.expectStack(both, cpu: 60, memory: 36 << 20, underHandler: true)
                }
            }
        }

        private static func expectNoPlaceWithoutToleration() async throws {
            try await withService(EndToEndTests.realNode) { service, namespace, client in
                let answer = try await service.api.create(user: 1, problem: 1)
                #expect(answer.status == 503 && answer.code == "cluster_saturated", "\(answer.text)")
                try await expectNothingLeft(in: namespace, client)
            }
        }

        /// Makes a stack of 10m and 16Mi, and looks for its container where the runtime of the handler `ctf` keeps its own.
        private static func expectStack(_ environment: [String: String], cpu: Int, memory: Int, underHandler: Bool) async throws {
            try await withService(environment.merging(EndToEndTests.realNode) { $1 }) { service, namespace, _ in
                let created = try await service.api.create(user: 1, problem: 1)
                #expect(created.status == 201, "\(created.text)")
                #expect(created.body["requested_cpu_milli"]?.int == cpu, "\(created.text)")
                #expect(created.body["requested_memory_bytes"]?.int == memory, "\(created.text)")
                #expect(try await service.api.get("/stats").body["reserved_cpu_milli"]?.int == cpu)
                let status = try await service.api.statusAfterStart(of: try #require(created.body["stack_id"]?.string))
                #expect(status.body["status"]?.string == "running", "\(status.text)")
                let pod = try #require(created.body["pod_id"]?.string)
                let path = "jsonpath={.status.containerStatuses[0].containerID}"
                let container = try await RealNode.kubectl(["--namespace", namespace, "get", "pod", pod, "--output", path])
                let id = try #require(container.split(separator: "/").last, "no container in \(pod)")
                let containers = try await RealNode.run(["find", "/run/runc-ctf", "/run/containerd/runc", "-name", String(id)])
                let expected = underHandler ? "/run/runc-ctf/k8s.io/\(id)\n" : "/run/containerd/runc/k8s.io/\(id)\n"
                #expect(containers == expected)
            }
        }
    }
}
