import Foundation
import KubernetesClient
import Subprocess
import SystemPackage
import Testing

/// Inside the suite of the real node, whose packets one of these tests filters.
extension EndToEndTests {
    @Suite(.enabled(if: TestCluster.kubectl != nil, "needs kubectl: scripts/test names it"))
    struct DoctorProbeTests {
        /// Isolates what bears the labels of stacks; egress `internet` opens public addresses.
        private static let policies = """
            {"apiVersion": "v1", "kind": "List", "items": [
             {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "isolate"}, "spec": {
              "podSelector": {"matchLabels": {"app.kubernetes.io/managed-by": "ctf-provisioner"}},
              "policyTypes": ["Ingress", "Egress"]}},
             {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "internet"}, "spec": {
              "podSelector": {"matchLabels": {
               "app.kubernetes.io/managed-by": "ctf-provisioner", "ctf-provisioner.dev/egress": "internet"}},
              "policyTypes": ["Egress"],
              "egress": [{"to": [{"ipBlock": {"cidr": "1.2.3.0/24"}}]}]}}]}
            """

        @Test func `a probe tells whether policies are enforced, and leaves no Pod`() async throws {
            try await RealNode.withInternet(at: ["1.2.3.4", "169.254.169.254"]) {
                try await withServiceEnvironment(EndToEndTests.realNode) { environment, namespace, client in
                    let bare = try await Doctor.run(environment, probe: true)
                    #expect(bare.named("enforcement").first?.found.contains("has no NetworkPolicy") == true, "\(bare.text)")

                    try await RealNode.kubectl(["--namespace", namespace, "create", "--filename", "-"], input: Self.policies)
                    let ignored = try await Doctor.run(environment, probe: true)
                    #expect(ignored.status == .exited(1), "\(ignored.text)")
                    let verdict = try #require(ignored.named("enforcement").first)
                    #expect(verdict.state == "wrong" && verdict.found.contains("nothing enforces NetworkPolicies"), "\(ignored.text)")
                    for goal in ["none: another stack", "none: the node", "none: the Internet", "internet: cloud metadata"] {
                        #expect(
                            ignored.named("probe").contains { $0.state == "wrong" && $0.found.contains(goal) },
                            "\(goal): \(ignored.text)"
                        )
                    }

                    try await RealNode.withPoliciesKeptEnforced {
                        let enforced = try await Doctor.run(environment, probe: true)
                        #expect(enforced.status == .exited(0), "\(enforced.text)")
                        #expect(enforced.named("enforcement").map(\.state) == ["ok"], "\(enforced.text)")
                        #expect(!enforced.named("probe").contains { $0.found.contains("the Internet") }, "\(enforced.text)")
                    }
                    try await expectNothingLeft(in: namespace, client)
                }
            }
        }

        @Test func `an interrupted probe leaves no Pod`() async throws {
            try await withServiceEnvironment(EndToEndTests.realNode) { environment, namespace, client in
                let outcome = try await Subprocess.run(
                    .path(FilePath(try #require(TestCluster.provisioner))),
                    arguments: ["doctor", "--probe", Doctor.image],
                    environment: Doctor.variables(environment),
                    input: .none,
                    output: .sequence,
                    error: .discarded
                ) { execution in
                    for try await event in client.watch(Pod.self, namespace: namespace, resourceVersion: "0") {
                        if case .added = event { break }
                    }
                    try execution.send(signal: .interrupt)
                }
                #expect(outcome.terminationStatus == .exited(130))
                try await expectNothingLeft(in: namespace, client)
            }
        }
    }
}
