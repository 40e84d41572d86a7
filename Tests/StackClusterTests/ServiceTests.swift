import FoundationEssentials
import KubernetesClient
import PodPolicy
import Stacks
import Testing

@testable import StackCluster

@Suite struct ServiceTests {
    @Test func `the Service of one port has the name that it always had`() throws {
        let service = Service(for: try Objects.record(), podUID: "uid")
        #expect(service.spec?.ports?.map(\.name) == ["challenge"] && service.nodePorts == [30001])
    }

    @Test func `a Service has every port in order, each with a name of its own and its protocol`() throws {
        var record = try Objects.record(ports: [30003, 30001, 30002])
        record.ports[1].exposed = ExposedPort(containerPort: 8080, protocol: .udp)
        record.ports[2].exposed = ExposedPort(containerPort: 65535, protocol: .tcp)
        let service = Service(for: record, podUID: "uid")
        #expect(service.spec?.ports?.map(\.name) == ["tcp-8080", "udp-8080", "tcp-65535"])
        #expect(service.spec?.ports?.map(\.protocol) == ["TCP", "UDP", "TCP"])
        #expect(service.spec?.ports?.map(\.port) == [8080, 8080, 65535])
        #expect(service.nodePorts == [30003, 30001, 30002])
    }

    @Test func `the objects of a stack without an owner have no labels of user and problem`() throws {
        let labels = Service(for: try Objects.record(user: nil), podUID: "uid").metadata.labels
        #expect(
            labels == [
                StackLabels.stackID: "stack-0000000000000001", StackLabels.egress: "none",
                StackLabels.managedBy: StackLabels.managedByValue,
            ]
        )
    }
}
