import KubernetesClient
import Testing

/// The evaluator against the examples of the reference, whose answers are in its text.
/// https://kubernetes.io/docs/concepts/services-networking/network-policies/
@Suite struct PolicyEvaluatorTests {
    private typealias Pod = PolicyEvaluator.Pod

    private static let namespaces = [
        PolicyEvaluator.Namespace(name: "default", labels: ["kubernetes.io/metadata.name": "default"]),
        PolicyEvaluator.Namespace(name: "mine", labels: ["project": "myproject", "user": "alice", "namespace": "frontend"]),
        PolicyEvaluator.Namespace(name: "back", labels: ["namespace": "backend"]),
        PolicyEvaluator.Namespace(name: "other"),
    ]
    private static let database = Pod(
        name: "db",
        namespace: "default",
        labels: ["role": "db"],
        address: "10.0.7.1",
        ports: ["redis": 6379]
    )
    private static let frontend = Pod(name: "front", namespace: "default", labels: ["role": "frontend"], address: "10.0.7.2")
    private static let plain = Pod(name: "plain", namespace: "default", address: "10.0.7.3")
    private static let colleague = Pod(name: "colleague", namespace: "mine", labels: ["role": "client"], address: "10.0.7.4")
    private static let backend = Pod(name: "back", namespace: "back", address: "10.0.7.5")
    private static let stranger = Pod(name: "stranger", namespace: "other", labels: ["role": "frontend"], address: "10.0.7.6")

    struct Case: Sendable, CustomTestStringConvertible {
        var policies: [String]
        var source: PolicyEvaluator.End
        var target: PolicyEvaluator.End
        var port: Int
        var `protocol` = "TCP"
        var isAllowed: Bool
        var why: String

        var testDescription: String { why }

        init(
            _ policies: [String],
            _ source: PolicyEvaluator.End,
            _ target: PolicyEvaluator.End,
            _ port: Int,
            protocol: String = "TCP",
            _ isAllowed: Bool,
            _ why: String
        ) {
            (self.policies, self.source, self.target, self.port) = (policies, source, target, port)
            (self.protocol, self.isAllowed, self.why) = (`protocol`, isAllowed, why)
        }
    }

    private static let denyIngress = #"{"podSelector":{},"policyTypes":["Ingress"]}"#
    private static let allowIngress = #"{"podSelector":{},"ingress":[{}],"policyTypes":["Ingress"]}"#
    private static let denyEgress = #"{"podSelector":{},"policyTypes":["Egress"]}"#
    private static let allowEgress = #"{"podSelector":{},"egress":[{}],"policyTypes":["Egress"]}"#
    private static let denyAll = #"{"podSelector":{},"policyTypes":["Ingress","Egress"]}"#
    /// The resource that the reference begins with.
    private static let test =
        #"{"podSelector":{"matchLabels":{"role":"db"}},"policyTypes":["Ingress","Egress"],"#
        + #""ingress":[{"from":[{"ipBlock":{"cidr":"172.17.0.0/16","except":["172.17.1.0/24"]}},"#
        + #"{"namespaceSelector":{"matchLabels":{"project":"myproject"}}},{"podSelector":{"matchLabels":{"role":"frontend"}}}],"#
        + #""ports":[{"protocol":"TCP","port":6379}]}],"#
        + #""egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/24"}}],"ports":[{"protocol":"TCP","port":5978}]}]}"#
    private static let both =
        #"{"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"user":"alice"}},"#
        + #""podSelector":{"matchLabels":{"role":"client"}}}]}]}"#
    private static let either =
        #"{"podSelector":{},"ingress":[{"from":[{"namespaceSelector":{"matchLabels":{"user":"alice"}}},"#
        + #"{"podSelector":{"matchLabels":{"role":"client"}}}]}]}"#
    private static let range =
        #"{"podSelector":{"matchLabels":{"role":"db"}},"policyTypes":["Egress"],"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/24"}}],"#
        + #""ports":[{"protocol":"TCP","port":32000,"endPort":32768}]}]}"#
    private static let namespacesIn =
        #"{"podSelector":{"matchLabels":{"role":"db"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"namespaceSelector":"#
        + #"{"matchExpressions":[{"key":"namespace","operator":"In","values":["frontend","backend"]}]}}]}]}"#
    private static let named = #"{"podSelector":{},"ingress":[{"ports":[{"port":"redis"}]}]}"#

    private static let everyCase: [Case] = [
        Case([], .pod(stranger), .pod(database), 1, true, "without policies all is open"),
        Case([denyIngress], .pod(frontend), .pod(database), 6379, false, "default deny all ingress"),
        Case([denyIngress], .pod(database), .address("192.0.2.1"), 80, true, "which leaves egress as it is"),
        Case([denyIngress], .pod(frontend), .pod(stranger), 80, true, "and other namespaces"),
        Case([denyIngress, allowIngress], .pod(stranger), .pod(database), 1, true, "policies add up"),
        Case([allowIngress], .address("192.0.2.1"), .pod(database), 1, true, "allow all ingress"),
        Case([denyEgress], .pod(database), .address("192.0.2.1"), 80, false, "default deny all egress"),
        Case([denyEgress], .pod(stranger), .pod(database), 80, true, "which leaves ingress as it is"),
        Case([denyEgress, allowEgress], .pod(database), .address("192.0.2.1"), 80, true, "allow all egress"),
        Case([denyAll], .pod(database), .pod(frontend), 80, false, "default deny all, out"),
        Case([denyAll], .pod(stranger), .pod(frontend), 80, false, "default deny all, in"),
        Case([test], .pod(frontend), .pod(database), 6379, true, "a Pod of the namespace with role=frontend"),
        Case([test], .pod(stranger), .pod(database), 6379, false, "but not one of another namespace"),
        Case([test], .pod(colleague), .pod(database), 6379, true, "any Pod of a namespace with project=myproject"),
        Case([test], .pod(plain), .pod(database), 6379, false, "no other Pod of the namespace"),
        Case([test], .pod(frontend), .pod(database), 6380, false, "no other port"),
        Case([test], .pod(frontend), .pod(database), 6379, protocol: "UDP", false, "no other protocol"),
        Case([test], .address("172.17.0.0"), .pod(database), 6379, true, "172.17.0.0–172.17.0.255"),
        Case([test], .address("172.17.0.255"), .pod(database), 6379, true, "172.17.0.0–172.17.0.255"),
        Case([test], .address("172.17.1.0"), .pod(database), 6379, false, "not 172.17.1.0/24"),
        Case([test], .address("172.17.1.255"), .pod(database), 6379, false, "not 172.17.1.0/24"),
        Case([test], .address("172.17.2.0"), .pod(database), 6379, true, "172.17.2.0–172.17.255.255"),
        Case([test], .address("172.17.255.255"), .pod(database), 6379, true, "172.17.2.0–172.17.255.255"),
        Case([test], .address("172.18.0.0"), .pod(database), 6379, false, "nothing outside 172.17.0.0/16"),
        Case([test], .pod(database), .address("10.0.0.1"), 5978, true, "egress to 10.0.0.0/24"),
        Case([test], .pod(database), .address("10.0.1.1"), 5978, false, "and nowhere else"),
        Case([test], .pod(database), .address("10.0.0.1"), 5979, false, "on that port"),
        Case([test], .pod(plain), .address("10.0.1.1"), 1, true, "other Pods are not selected"),
        Case([both], .pod(colleague), .pod(plain), 1, true, "namespace and Pod selected in one element"),
        Case([both], .pod(plain), .pod(database), 1, false, "the namespace does not match"),
        Case([either], .pod(Pod(name: "c", namespace: "mine", address: "10.0.7.9")), .pod(plain), 1, true, "the namespace alone"),
        Case(
            [either],
            .pod(Pod(name: "c", namespace: "default", labels: ["role": "client"], address: "10.0.7.9")),
            .pod(plain),
            1,
            true,
            "the Pod alone, in the own namespace"
        ),
        Case([either], .pod(stranger), .pod(plain), 1, false, "neither"),
        Case([range], .pod(database), .address("10.0.0.9"), 31999, false, "below the range of ports"),
        Case([range], .pod(database), .address("10.0.0.9"), 32000, true, "its first port"),
        Case([range], .pod(database), .address("10.0.0.9"), 32768, true, "its last port"),
        Case([range], .pod(database), .address("10.0.0.9"), 32769, false, "above the range of ports"),
        Case([namespacesIn], .pod(colleague), .pod(database), 1, true, "namespaces by matchExpressions: frontend"),
        Case([namespacesIn], .pod(backend), .pod(database), 1, true, "namespaces by matchExpressions: backend"),
        Case([namespacesIn], .pod(stranger), .pod(database), 1, false, "no other namespace"),
        Case([named], .pod(stranger), .pod(database), 6379, true, "a port by its name"),
        Case([named], .pod(stranger), .pod(database), 80, false, "another port than the named one"),
    ]

    @Test(arguments: everyCase)
    func `the evaluator agrees with the reference`(example: Case) throws {
        let policies = try example.policies.enumerated().map { index, spec in
            try Objects.decode(NetworkPolicy.self, #"{"metadata":{"name":"p\#(index)","namespace":"default"},"spec":\#(spec)}"#)
        }
        let evaluator = try PolicyEvaluator(namespaces: Self.namespaces, policies: policies)
        let isAllowed = try evaluator.mayConnect(example.source, to: example.target, port: example.port, protocol: example.protocol)
        #expect(isAllowed == example.isAllowed)
    }
}
