import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

/// What reads see of the objects, by the reports of the watches.
@Suite struct ObservedObjectsTests {
    private static let name = "stack-0000000000000001"
    private let id: StackID
    private var observed = ObservedObjects(namespace: "stacks")

    init() throws { id = try #require(StackID(Self.name)) }

    private static func pod(_ name: String = name, node: String, namespace: String = "stacks") throws -> Pod {
        try Objects.decode(
            Pod.self,
            #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"spec":{"nodeName":"\#(node)","containers":[]}}"#
        )
    }

    private static func service(_ name: String, families: String, namespace: String = "stacks") throws -> Service {
        try Objects.decode(
            Service.self,
            #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)"},"spec":{"ipFamilies":\#(families)}}"#
        )
    }

    private mutating func see(_ pod: Pod) { observed.set(PodObservation(pod), of: pod.metadata) }
    private mutating func see(_ service: Service) { observed.set(ObservedService(service), of: service.metadata) }
    private mutating func lose(_ pod: Pod) { observed.set(PodObservation?.none, of: pod.metadata) }
    private mutating func lose(_ service: Service) { observed.set(ObservedService?.none, of: service.metadata) }

    @Test mutating func `the last version of a Pod is what is seen, by its name and whatever its labels, until it is removed`() throws {
        let (first, second) = (try Self.pod(node: "node-1"), try Self.pod(node: "node-2"))
        see(first)
        #expect(observed.pods[id] == PodObservation(first))
        see(second)
        #expect(observed.pods[id] == PodObservation(second) && observed.pods[id]?.nodeName == "node-2")
        #expect(Change<Pod>.relisted.latest == nil && observed.pods.count == 1)
        lose(second)
        #expect(observed.pods.isEmpty)
    }

    @Test mutating func `a Service has the family of its first address, until it is removed`() throws {
        let (first, second) = (
            try Self.service("svc-" + Self.name, families: #"["IPv6","IPv4"]"#), try Self.service("svc-" + Self.name, families: "null")
        )
        see(first)
        #expect(observed.services[id]?.family == .v6)
        see(second)
        #expect(observed.services[id] == ObservedService(second) && observed.services[id]?.family == nil)
        lose(second)
        #expect(observed.services.isEmpty)
    }

    @Test mutating func `an object of another name or namespace is none of a stack's`() throws {
        see(try Self.pod("stack-1", node: "n"))
        see(try Self.pod(node: "n", namespace: "elsewhere"))
        see(try Self.service(Self.name, families: "[]"))
        see(try Self.service("svc-" + Self.name, families: "[]", namespace: "elsewhere"))
        lose(try Self.pod("stack-1", node: "n"))
        #expect(observed.pods.isEmpty && observed.services.isEmpty)
    }

    @Test mutating func `an object belongs to the stack that its labels name, until it has gone or lost them`() throws {
        let other = try #require(StackID("stack-0000000000000002"))
        var (pod, service) = (try Self.pod("debugger", node: "n"), try Self.service("svc-" + Self.name, families: "[]"))
        pod.metadata.labels = StackLabels.all(of: id, userID: nil, problemID: nil, egress: .none)
        service.metadata.labels = StackLabels.all(of: other, userID: nil, problemID: nil, egress: .none)
        see(pod)
        see(service)
        #expect(observed.owned == [id, other])
        lose(pod)
        #expect(observed.owned == [other])
        service.metadata.labels = nil
        see(service)
        #expect(observed.owned.isEmpty && observed.services[id] != nil)
        pod.metadata.namespace = "elsewhere"
        see(pod)
        #expect(observed.owned.isEmpty)
    }

    @Test mutating func `a node is seen as it was reported last, until it is removed`() throws {
        let node = try Objects.node(status: #"{"conditions":[{"type":"Ready","status":"True"}]}"#)
        let name = try #require(node.metadata.name)
        observed.set(NodeObservation(node), of: node.metadata)
        #expect(observed.nodes[name] == NodeObservation(node))
        observed.set(NodeObservation?.none, of: node.metadata)
        #expect(observed.nodes.isEmpty)
    }
}
