import KubernetesClient
import Stacks
import Testing

@testable import StackCluster

/// What the scheduler counts for a Pod.
@Suite struct UsageTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var spec: String
        var status = "{}"
        var cpu: Int64
        var memory: Int64

        init(_ what: String, _ spec: String, status: String = "{}", cpu: Int64, memory: Int64) {
            (testDescription, self.spec, self.status, self.cpu, self.memory) = (what, spec, status, cpu, memory)
        }
    }

    private static func container(_ name: String, _ cpu: String, _ memory: String, _ more: String = "") -> String {
        #"{"name":"\#(name)","resources":{"requests":{"cpu":"\#(cpu)","memory":"\#(memory)"}}\#(more)}"#
    }

    private static let sidecar = #","restartPolicy":"Always""#

    static let rows: [Row] = [
        Row(
            "the sum of its containers",
            #"{"containers":[\#(container("a", "100m", "10")),\#(container("b", "50m", "5"))]}"#,
            cpu: 150,
            memory: 15
        ),
        Row(
            "a container without requests counts nothing",
            #"{"containers":[{"name":"a"},\#(container("b", "50m", "5"))]}"#,
            cpu: 50,
            memory: 5
        ),
        Row(
            "the largest init container, resource by resource",
            #"{"containers":[\#(container("a", "100m", "10"))],"initContainers":[\#(container("i", "300m", "1")),\#(container("j", "1m", "30"))]}"#,
            cpu: 300,
            memory: 30
        ),
        Row(
            "a sidecar runs beside the containers",
            #"{"containers":[\#(container("a", "100m", "10"))],"initContainers":[\#(container("s", "2", "100", sidecar))]}"#,
            cpu: 2100,
            memory: 110
        ),
        Row(
            "an init container runs beside the sidecars before it, not beside those after it",
            #"{"containers":[\#(container("a", "100m", "10"))],"initContainers":["#
                + [container("s", "200m", "20", sidecar), container("i", "500m", "50"), container("t", "50m", "5", sidecar)].joined(
                    separator: ","
                )
                + "]}",
            cpu: 700,
            memory: 70
        ),
        Row(
            "the overhead of the runtime class",
            #"{"containers":[\#(container("a", "100m", "10"))],"overhead":{"cpu":"250m","memory":"7"}}"#,
            cpu: 350,
            memory: 17
        ),
        Row(
            "what the Pod as a whole requests replaces the sum, for the resources that it names",
            #"{"containers":[\#(container("a", "100m", "10"))],"resources":{"requests":{"cpu":"1"}}}"#,
            cpu: 1000,
            memory: 10
        ),
        Row(
            "a Pod that only as a whole requests something",
            #"{"containers":[{"name":"a"}],"resources":{"requests":{"cpu":"1","memory":"9"}}}"#,
            cpu: 1000,
            memory: 9
        ),
        Row(
            "the larger of spec and status while a resize goes down",
            #"{"containers":[\#(container("a", "100m", "10"))]}"#,
            status:
                #"{"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"300m","memory":"9"},"resources":{"requests":{"cpu":"300m"}}}]}"#,
            cpu: 300,
            memory: 10
        ),
        Row(
            "the larger of spec and status while a resize goes up",
            #"{"containers":[\#(container("a", "500m", "50"))]}"#,
            status: #"{"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"300m","memory":"9"}}]}"#,
            cpu: 500,
            memory: 50
        ),
        Row(
            "an infeasible resize counts no longer",
            #"{"containers":[\#(container("a", "64", "50"))]}"#,
            status: #"{"conditions":[{"type":"PodResizePending","status":"True","reason":"Infeasible"}],"#
                + #""containerStatuses":[{"name":"a","allocatedResources":{"cpu":"300m","memory":"9"}}]}"#,
            cpu: 300,
            memory: 9
        ),
        Row("quantities are rounded up", #"{"containers":[\#(container("a", "1500u", "1500m"))]}"#, cpu: 2, memory: 2),
        Row("an unreadable or negative quantity counts nothing", #"{"containers":[\#(container("a", "lots", "-5"))]}"#, cpu: 0, memory: 0),
        Row(
            "more than 64 bits together are cut to what no machine has",
            #"{"containers":[\#(container("a", "9e15", "7Ei")),\#(container("b", "9e15", "7Ei"))],"overhead":{"memory":"7Ei"}}"#,
            cpu: 1 << 40,
            memory: 1 << 53
        ),
    ]

    @Test(arguments: rows)
    func `a Pod counts as the scheduler counts it`(row: Row) throws {
        let usage = try Objects.pod(spec: row.spec, status: row.status).usage(isOwned: false)
        #expect(usage.request == NodeResources(cpuMilli: row.cpu, memoryBytes: row.memory, ephemeralStorageBytes: 0, pods: 1))
        #expect(usage.counted == nil)
    }

    @Test func `the Pod of a stack says what its record counts, so that an injected container is told apart`() throws {
        let annotations = #","annotations":{"ctf-provisioner.dev/requested-cpu":"100m","ctf-provisioner.dev/requested-memory":"32Mi"}"#
        let spec = #"{"containers":[\#(Self.container("web", "100m", "32Mi")),\#(Self.container("proxy", "100m", "128Mi"))]}"#
        let usage = try Objects.pod(spec: spec, metadata: annotations).usage(isOwned: true)
        #expect(usage.request.cpuMilli == 200)
        #expect(usage.counted == ResourceAmount(cpuMilli: 100, memoryBytes: 32 << 20))
        // A Pod of an earlier version says nothing: all of it is taken for what the record counts.
        #expect(try Objects.pod(spec: spec).usage(isOwned: true).counted == ResourceAmount(cpuMilli: 200, memoryBytes: 160 << 20))
    }

    @Test func `the overhead of a stack's Pod is part of what its record counts`() throws {
        let annotations = #","annotations":{"ctf-provisioner.dev/requested-cpu":"350m","ctf-provisioner.dev/requested-memory":"33Mi"}"#
        let spec = #"{"nodeName":"n","containers":[\#(Self.container("web", "100m", "32Mi"))],"overhead":{"cpu":"250m","memory":"1Mi"}}"#
        let usage = try Objects.pod(spec: spec, metadata: annotations).usage(isOwned: true)
        #expect(usage.request.cpuMilli == 350 && usage.request.memoryBytes == 33 << 20)
        #expect(usage.counted == ResourceAmount(cpuMilli: 350, memoryBytes: 33 << 20))
    }

    @Test(arguments: [
        (#"{"phase":"Running"}"#, false), (#"{"phase":"Succeeded"}"#, true), (#"{"phase":"Failed"}"#, true), (#"{"phase":"New"}"#, false),
        ("{}", false),
    ])
    func `a Pod that has ended is told by its phase`(status: String, isFinished: Bool) throws {
        #expect(try Objects.pod(spec: #"{"containers":[]}"#, status: status).usage(isOwned: false).isFinished == isFinished)
    }
}
