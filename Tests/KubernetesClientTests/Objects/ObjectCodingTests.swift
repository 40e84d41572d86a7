import Foundation
import Testing

@testable import KubernetesClient

@Suite struct ObjectCodingTests {
    private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try JSONDecoder.kubernetes.decode(T.self, from: Data(text.utf8))
    }

    private func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder.kubernetes
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test(
        arguments: [
            ("5000", .int(5000)), ("0", .int(0)), ("\"http\"", .string("http")), ("\"80\"", .string("80")), ("\"50%\"", .string("50%")),
        ] as [(String, IntOrString)]
    )
    func `a number or a name is read and written as it is`(json: String, value: IntOrString) throws {
        #expect(try decode([IntOrString].self, "[\(json)]") == [value])
        #expect(try text([value]) == "[\(json)]")
    }

    @Test(arguments: ["null", "true", "{}", "[]", "1.5"])
    func `what is neither number nor name is refused`(json: String) {
        #expect(throws: DecodingError.self) { try decode([IntOrString].self, "[\(json)]") }
    }

    @Test func `a RuntimeClass is read with its overhead and its nodes`() throws {
        let text = """
            {"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"gvisor"},"handler":"runsc",
             "overhead":{"podFixed":{"cpu":"250m","memory":"120Mi"}},
             "scheduling":{"nodeSelector":{"a":"b"},"tolerations":[{"key":"k","operator":"Exists","effect":"NoSchedule"}]}}
            """
        let runtimeClass = try decode(RuntimeClass.self, text)
        #expect(runtimeClass.overhead?.podFixed == ["cpu": "250m", "memory": "120Mi"])
        #expect(runtimeClass.scheduling?.nodeSelector == ["a": "b"])
        #expect(runtimeClass.scheduling?.tolerations == [.init(key: "k", operator: "Exists", effect: "NoSchedule")])
        #expect(RuntimeClass.resource.path(namespace: nil, name: "gvisor") == "/apis/node.k8s.io/v1/runtimeclasses/gvisor")
        #expect(try decode(RuntimeClass.self, #"{"metadata":{"name":"runc"},"handler":"runc"}"#).overhead == nil)
    }

    @Test func `a Pod is read with what is known, and the rest is left out`() throws {
        let pod = try decode(
            Pod.self,
            """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n","uid":"u","resourceVersion":"5",
             "creationTimestamp":"2026-01-02T03:04:05Z","deletionTimestamp":"2026-01-02T03:05:05Z","labels":{"a":"b"},
             "annotations":{"c":"d"},"finalizers":["f"],"managedFields":[{"manager":"x"}],
             "ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"o","uid":"v","controller":true}]},
             "spec":{"nodeName":"node","containers":[{"name":"c","image":"i","env":[{"name":"SECRET","value":"x"}],
             "resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}],"overhead":{"cpu":"10m"},"activeDeadlineSeconds":60},
             "status":{"phase":"Running","podIP":"10.0.0.9","hostIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}],
             "containerStatuses":[{"name":"c","ready":true,"restartCount":2,"state":{"running":{"startedAt":"2026-01-02T03:04:06Z"}}},
             {"name":"d","state":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}},
             {"name":"e","state":{"waiting":{"reason":"ImagePullBackOff","message":"m"}}}]}}
            """
        )
        #expect(pod.metadata.uid == "u" && pod.metadata.labels == ["a": "b"] && pod.metadata.finalizers == ["f"])
        #expect(pod.metadata.creationTimestamp == Date(timeIntervalSince1970: 1_767_323_045))
        #expect(pod.metadata.deletionTimestamp == Date(timeIntervalSince1970: 1_767_323_105))
        #expect(pod.metadata.ownerReferences == [OwnerReference(apiVersion: "v1", kind: "Node", name: "o", uid: "v")])
        #expect(pod.spec?.containers.first?.resources?.limits == ["cpu": "2"])
        #expect(pod.spec?.containers.first?.env?.map(\.value) == ["x"])
        #expect(pod.spec?.activeDeadlineSeconds == 60 && pod.spec?.overhead == ["cpu": "10m"])
        let states = try #require(pod.status?.containerStatuses).map(\.state)
        #expect(states[0]?.running?.startedAt == "2026-01-02T03:04:06Z")
        #expect(states[1]?.terminated?.exitCode == 137 && states[1]?.terminated?.reason == "OOMKilled")
        #expect(states[2]?.waiting?.reason == "ImagePullBackOff")
        #expect(try decode(Pod.self, try text(pod)) == pod)
    }

    @Test func `a Node is read`() throws {
        let node = try decode(
            Node.self,
            """
            {"metadata":{"name":"n"},"spec":{"unschedulable":true,"taints":[{"key":"k","effect":"NoSchedule"}]},
             "status":{"allocatable":{"cpu":"4"},"conditions":[{"type":"Ready","status":"True"}],
             "addresses":[{"type":"ExternalIP","address":"1.2.3.4"}]}}
            """
        )
        #expect(node.spec?.unschedulable == true && node.spec?.taints?.first?.effect == "NoSchedule")
        #expect(node.status?.allocatable == ["cpu": "4"] && node.status?.addresses?.first?.address == "1.2.3.4")
    }

    @Test func `a Service and a Namespace to create say what they are, and nothing that is not set`() throws {
        let port = Service.Port(name: "p", protocol: "UDP", port: 53, targetPort: .int(5353), nodePort: 30_000)
        let spec = Service.Spec(type: "NodePort", selector: ["a": "b"], ports: [port])
        let owner = OwnerReference(apiVersion: "v1", kind: "Pod", name: "o", uid: "u")
        let service = Service(metadata: ObjectMeta(name: "s", namespace: "n", labels: ["c": "d"], ownerReferences: [owner]), spec: spec)
        let expected = """
            {"apiVersion":"v1","kind":"Service","metadata":{"labels":{"c":"d"},"name":"s","namespace":"n",\
            "ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"o","uid":"u"}]},\
            "spec":{"ports":[{"name":"p","nodePort":30000,"port":53,"protocol":"UDP","targetPort":5353}],"selector":{"a":"b"},\
            "type":"NodePort"}}
            """
        #expect(try text(service) == expected)
        #expect(try decode(Service.self, expected) == service)
        #expect(try text(Namespace(metadata: ObjectMeta(name: "x"))) == #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}"#)
    }

    @Test func `a NetworkPolicy is read and written whole`() throws {
        let expected = """
            {"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"p","namespace":"n"},"spec":{\
            "egress":[{"ports":[{"endPort":32768,"port":32000,"protocol":"TCP"}],"to":[{"ipBlock":{"cidr":"10.0.0.0/24"}}]}],\
            "ingress":[{"from":[{"ipBlock":{"cidr":"172.17.0.0/16","except":["172.17.1.0/24"]}},\
            {"namespaceSelector":{"matchLabels":{"project":"x"}},"podSelector":{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]}}],\
            "ports":[{"port":"http"}]}],"podSelector":{"matchLabels":{"role":"db"}},"policyTypes":["Ingress","Egress"]}}
            """
        let policy = try decode(NetworkPolicy.self, expected)
        #expect(try text(policy) == expected)
        let bare = NetworkPolicy(metadata: ObjectMeta(name: "p"), spec: .init(podSelector: LabelSelector(), policyTypes: ["Ingress"]))
        let head = #"{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"p"},"#
        #expect(try text(bare) == head + #""spec":{"podSelector":{},"policyTypes":["Ingress"]}}"#)
    }

    @Test(arguments: [
        (Pod.resource, "/api/v1/pods", "/api/v1/namespaces/n/pods", "/api/v1/namespaces/n/pods/x/log", "v1"),
        (Node.resource, "/api/v1/nodes", "/api/v1/nodes", "/api/v1/nodes/x/log", "v1"),
        (
            Lease.resource, "/apis/coordination.k8s.io/v1/leases", "/apis/coordination.k8s.io/v1/namespaces/n/leases",
            "/apis/coordination.k8s.io/v1/namespaces/n/leases/x/log", "coordination.k8s.io/v1"
        ),
        (
            NetworkPolicy.resource, "/apis/networking.k8s.io/v1/networkpolicies", "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies",
            "/apis/networking.k8s.io/v1/namespaces/n/networkpolicies/x/log", "networking.k8s.io/v1"
        ),
    ])
    func `paths follow from group, version and scope`(resource: APIResource, all: String, some: String, one: String, version: String) {
        #expect(resource.path(namespace: nil) == all)
        #expect(resource.path(namespace: "n") == some)
        #expect(resource.path(namespace: "n", name: "x", subresource: "log") == one)
        #expect(resource.apiVersion == version)
    }
}
