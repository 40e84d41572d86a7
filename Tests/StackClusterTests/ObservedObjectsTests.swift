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

    @Test mutating func `the last version of a Pod is what is seen, by its name and whatever its labels, until it is removed`() throws {
        let (first, second) = (try Self.pod(node: "node-1"), try Self.pod(node: "node-2"))
        observed.apply(.added(first))
        #expect(observed.pods[id] == PodObservation(first))
        observed.apply(.updated(old: first, new: second))
        #expect(observed.pods[id] == PodObservation(second) && observed.pods[id]?.nodeName == "node-2")
        observed.apply(Change<Pod>.relisted)
        #expect(observed.pods.count == 1)
        observed.apply(.removed(second))
        #expect(observed.pods.isEmpty)
    }

    @Test mutating func `a Service has the family of its first address, until it is removed`() throws {
        let (first, second) = (
            try Self.service("svc-" + Self.name, families: #"["IPv6","IPv4"]"#), try Self.service("svc-" + Self.name, families: "null")
        )
        observed.apply(.added(first))
        #expect(observed.services[id]?.family == .v6)
        observed.apply(.updated(old: first, new: second))
        #expect(observed.services[id] == ObservedService(family: nil))
        observed.apply(.removed(second))
        #expect(observed.services.isEmpty)
    }

    @Test mutating func `an object of another name or namespace is none of a stack's`() throws {
        observed.apply(.added(try Self.pod("stack-1", node: "n")))
        observed.apply(.added(try Self.pod(node: "n", namespace: "elsewhere")))
        observed.apply(.added(try Self.service(Self.name, families: "[]")))
        observed.apply(.added(try Self.service("svc-" + Self.name, families: "[]", namespace: "elsewhere")))
        observed.apply(.removed(try Self.pod("stack-1", node: "n")))
        #expect(observed.pods.isEmpty && observed.services.isEmpty)
    }

    @Test mutating func `a node is seen as it was reported last, until it is removed`() throws {
        let node = try Objects.node(status: #"{"conditions":[{"type":"Ready","status":"True"}]}"#)
        let name = try #require(node.metadata.name)
        observed.apply(.added(node))
        #expect(observed.nodes[name] == NodeObservation(node))
        observed.apply(.removed(node))
        #expect(observed.nodes.isEmpty)
    }
}
