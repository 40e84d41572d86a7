import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

@Suite struct ObservationTests {
    private static let spec =
        #"{"containers":[{"name":"web","ports":[{"containerPort":8080}]},{"name":"proxy"}],"#
        + #""initContainers":[{"name":"setup"},{"name":"mesh","restartPolicy":"Always"}]}"#
    private static let status =
        #"{"containerStatuses":[{"name":"web","state":{"running":{}}},{"name":"proxy","state":{"terminated":{"exitCode":1}}}],"#
        + #""initContainerStatuses":[{"name":"setup","state":{"terminated":{"exitCode":0}}},{"name":"mesh","state":{"waiting":{}}}]}"#

    @Test func `containers are told apart: by role, by port, and by whether the spec named them`() throws {
        let metadata =
            #","labels":{"app.kubernetes.io/managed-by":"ctf-provisioner"},"annotations":{"ctf-provisioner.dev/containers":"setup,web"}"#
        let observed = PodObservation(try Objects.pod(spec: Self.spec, status: Self.status, metadata: metadata).trimmed())
        #expect(observed.containers.map(\.name) == ["setup", "mesh", "web", "proxy"])
        #expect(observed.containers.map(\.role) == [.initial, .sidecar, .main, .main])
        #expect(observed.containers.map(\.isOurs) == [true, false, true, false])
        #expect(observed.containers.map(\.ports) == [[], [], [8080], []])
    }

    @Test func `in a Pod of an earlier version every container counts as the spec's`() throws {
        let observed = PodObservation(try Objects.pod(spec: Self.spec, status: Self.status))
        #expect(observed.containers.map(\.isOurs) == [true, true, true, true])
    }

    @Test(arguments: [("[]", false), (#"[{"type":"Ready","status":"False"}]"#, false), (#"[{"type":"Ready","status":"True"}]"#, true)])
    func `a Pod is ready by its condition, also after trimming`(conditions: String, isReady: Bool) throws {
        let metadata = #","labels":{"app.kubernetes.io/managed-by":"ctf-provisioner"}"#
        let pod = try Objects.pod(spec: Self.spec, status: #"{"phase":"Running","conditions":\#(conditions)}"#, metadata: metadata)
        #expect(PodObservation(pod.trimmed()).isReady == isReady)
    }

    @Test func `of a stranger's objects only what is counted is kept in memory`() throws {
        let metadata = #","labels":{"app":"x"},"annotations":{"a":"long"}"#
        let container = #"{"name":"a","image":"x/y","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}}"#
        let status = #"{"phase":"Running","message":"long","containerStatuses":[{"name":"a","state":{"waiting":{"message":"long"}}}]}"#
        let pod = try Objects.pod(spec: #"{"nodeName":"n","containers":[\#(container)]}"#, status: status, metadata: metadata)
        let trimmed = pod.trimmed()
        #expect(trimmed.usage(isOwned: false) == pod.usage(isOwned: false))
        #expect(trimmed.metadata.labels == nil && trimmed.metadata.annotations == [:])
        #expect(trimmed.spec?.containers.first?.image == nil && trimmed.status?.message == nil)
        #expect(trimmed.status?.containerStatuses?.first?.state == nil)
        let service = try Objects.decode(
            Service.self,
            #"{"metadata":{"name":"s","annotations":{"a":"long"}},"spec":{"selector":{"a":"b"},"ports":[{"port":80,"nodePort":30000}]}}"#
        )
        #expect(service.trimmed().allocatedNodePorts == [30000])
        #expect(service.trimmed().spec?.selector == nil && service.trimmed().metadata.annotations == [:])
    }

    private static let secretSpec =
        #"{"containers":[{"name":"web","env":[{"name":"FLAG","value":"ctf{s3cret}$$1"},{"name":"LANG","value":"english-us"}]}],"#
        + #""initContainers":[{"name":"i","env":[{"name":"FLAG","value":"ctf{s3cret}$$1"}]}]}"#
    private static let secretStatus =
        #"{"message":"it says ctf{s3cret}$1","conditions":[{"type":"PodScheduled","status":"False","message":"no ctf{s3cret}$1"}],"#
        + #""containerStatuses":[{"name":"web","state":{"terminated":{"exitCode":1,"message":"ctf{s3cret}$1!"}}}],"#
        + #""initContainerStatuses":[{"name":"i","state":{"waiting":{"message":"exec: \"ctf{s3cret}$1\": english-us"}}}]}"#

    private static func secretPod(_ names: String, status: String = secretStatus) throws -> Pod {
        let metadata =
            #","labels":{"app.kubernetes.io/managed-by":"ctf-provisioner"},"annotations":{"ctf-provisioner.dev/hidden-env":"\#(names)"}"#
        return try Objects.pod(spec: secretSpec, status: status, metadata: metadata).trimmed()
    }

    @Test func `no text of a Pod's status shows a value of the caller's environment`() throws {
        let observed = PodObservation(try Self.secretPod("A,FLAG"))
        #expect(observed.message == "it says <hidden>" && observed.unschedulable == "no <hidden>")
        #expect(
            observed.containers.map(\.state) == [
                .waiting(reason: nil, message: #"exec: "<hidden>": english-us"#),
                .terminated(exitCode: 1, reason: nil, message: "<hidden>!"),
            ]
        )
    }

    @Test func `of the environment only what has to be hidden is kept in memory`() throws {
        #expect(try Self.secretPod("FLAG").spec?.containers.map { $0.env?.map(\.name) } == [["FLAG"]])
        #expect(try Self.secretPod("").spec?.containers.map { $0.env } == [[]])
        let foreign = try Objects.pod(spec: Self.secretSpec).trimmed()
        #expect(foreign.spec?.containers.map { $0.env } == [nil] && foreign.spec?.initContainers?.map { $0.env } == [nil])
    }

    @Test func `of the annotations only ours are kept in memory`() throws {
        let metadata = #","annotations":{"ctf-provisioner.dev/containers":"web","kubectl.kubernetes.io/last-applied-configuration":"long"}"#
        let pod = try Objects.pod(spec: Self.spec, metadata: metadata).trimmed()
        #expect(pod.metadata.annotations == ["ctf-provisioner.dev/containers": "web"])
    }
}
