import Foundation
import KubernetesClient
import Testing

@testable import StackCluster

@Suite struct PolicyPlanTests {
    /// The policies of a cluster with both families, which use every field that the service writes.
    private static func wanted() throws -> [NetworkPolicy] {
        StackPolicies.all(namespace: "stacks", networks: try TestWorld.all[5].networks)
    }

    /// As the API server returns it: with its own metadata, and without empty fields.
    private static func stored(_ policy: NetworkPolicy) throws -> NetworkPolicy {
        var stored = try Objects.decode(NetworkPolicy.self, String(decoding: JSONEncoder().encode(policy), as: UTF8.self))
        stored.apiVersion = nil
        stored.kind = nil
        stored.metadata.uid = "u"
        stored.metadata.resourceVersion = "7"
        stored.metadata.annotations = ["kubectl.kubernetes.io/x": "y"]
        return stored
    }

    @Test func `a policy that is as it should be is left alone`() throws {
        let wanted = try Self.wanted()
        let plan = PolicyPlan(wanted: wanted, found: try wanted.map(Self.stored))
        #expect(plan.missing == [] && plan.different == [])
    }

    @Test func `what is missing is created, whatever else there is`() throws {
        let wanted = try Self.wanted()
        var other = try Self.stored(wanted[0])
        other.metadata.name = "someone-elses"
        let plan = PolicyPlan(wanted: wanted, found: [other, try Self.stored(wanted[1])])
        #expect(plan.missing == [wanted[0]] && plan.different == [])
    }

    /// Edits of every field of the spec, each of which opens or closes something.
    private static let edits: [(String, @Sendable (inout NetworkPolicy) -> Void)] = [
        ("no spec", { $0.spec = nil }),
        ("no ingress", { $0.spec?.ingress = nil }),
        ("ingress from everywhere", { $0.spec?.ingress = [NetworkPolicy.IngressRule()] }),
        ("one more source", { $0.spec?.ingress?[0].from?.append(NetworkPolicy.Peer(podSelector: LabelSelector())) }),
        ("a port", { $0.spec?.ingress?[0].ports = [NetworkPolicy.Port(port: .int(80))] }),
        ("an exception less", { $0.spec?.ingress?[0].from?[0].ipBlock?.except?.removeLast() }),
        ("no exceptions", { $0.spec?.ingress?[0].from?[0].ipBlock?.except = nil }),
        ("another range", { $0.spec?.ingress?[0].from?[0].ipBlock?.cidr = "0.0.0.0/1" }),
        ("egress", { $0.spec?.egress = [NetworkPolicy.EgressRule()] }),
        ("fewer types", { $0.spec?.policyTypes = ["Ingress"] }),
        ("no types", { $0.spec?.policyTypes = nil }),
        ("another selector", { $0.spec?.podSelector?.matchLabels?["x"] = "y" }),
        ("every Pod", { $0.spec?.podSelector = LabelSelector() }),
        (
            "an expression",
            { $0.spec?.podSelector?.matchExpressions = [.init(key: "ctf-provisioner.dev/stack-id", operator: "DoesNotExist")] }
        ),
        ("no labels", { $0.metadata.labels = nil }),
        ("another label", { $0.metadata.labels?["app.kubernetes.io/managed-by"] = "helm" }),
    ]

    @Test(arguments: edits.indices)
    func `every edit is found, and the correction is on the version that was read`(index: Int) throws {
        let wanted = try Self.wanted()
        var edited = try Self.stored(wanted[0])
        Self.edits[index].1(&edited)
        let plan = PolicyPlan(wanted: wanted, found: [edited, try Self.stored(wanted[1])])
        #expect(plan.missing == [], "\(Self.edits[index].0)")
        let corrected = try #require(plan.different.first, "\(Self.edits[index].0)")
        #expect(plan.different.count == 1)
        #expect(corrected.spec == wanted[0].spec && corrected.apiVersion == "networking.k8s.io/v1" && corrected.kind == "NetworkPolicy")
        #expect(corrected.metadata.resourceVersion == "7" && corrected.metadata.uid == "u")
        #expect(corrected.metadata.annotations == ["kubectl.kubernetes.io/x": "y"])
        #expect(corrected.metadata.labels == ["app.kubernetes.io/managed-by": "ctf-provisioner"])
    }

    @Test func `edits of the rule for DNS are found as well`() throws {
        let wanted = try Self.wanted()
        for edit in [
            { (policy: inout NetworkPolicy) in policy.spec?.egress?[0].to?[0].namespaceSelector = LabelSelector() },
            { $0.spec?.egress?[0].to?[0].podSelector = nil }, { $0.spec?.egress?[0].ports = nil },
            { $0.spec?.egress?[0].ports?[0].endPort = 99 }, { $0.spec?.egress?[0].ports?[1].protocol = "SCTP" },
        ] {
            var edited = try Self.stored(wanted[1])
            edit(&edited)
            #expect(PolicyPlan(wanted: wanted, found: [try Self.stored(wanted[0]), edited]).different.count == 1)
        }
    }

    @Test func `labels of others stay`() throws {
        let wanted = try Self.wanted()
        var labelled = try Self.stored(wanted[0])
        labelled.metadata.labels?["team"] = "ctf"
        #expect(PolicyPlan.corrected(labelled, to: wanted[0]) == nil)
        labelled.spec?.ingress = nil
        #expect(PolicyPlan.corrected(labelled, to: wanted[0])?.metadata.labels?["team"] == "ctf")
    }
}
