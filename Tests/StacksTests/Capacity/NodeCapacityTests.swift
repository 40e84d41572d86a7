import TestBasics
import Testing

@testable import Stacks

@Suite struct NodeCapacityTests {
    private typealias Node = CapacityTracker.Node
    private typealias Pod = CapacityTracker.Pod
    private typealias Dimension = NodeCapacity.Dimension

    private static func offered(_ amount: Int64, storage: Int64? = nil, pods: Int64? = nil) -> NodeResources {
        NodeResources(cpuMilli: amount, memoryBytes: amount, ephemeralStorageBytes: storage, pods: pods)
    }

    private static func pod(_ node: String?, _ cpu: Int64, isOwned: Bool, isFinished: Bool = false) -> Pod {
        Pod(
            nodeName: node,
            request: NodeResources(cpuMilli: cpu, memoryBytes: cpu * 2, ephemeralStorageBytes: cpu * 3, pods: 1),
            isFinished: isFinished,
            // A record may count another amount than the Pod requests; the node carries the request.
            counted: isOwned ? ResourceAmount(cpuMilli: 1, memoryBytes: 1) : nil
        )
    }

    @Test func `a node has the requests of its Pods in each resource, and the part of the stacks`() {
        var tracker = CapacityTracker()
        tracker.setNode("node-1", Node(allocatable: Self.offered(1000, storage: 9000, pods: 10)))
        for (key, pod) in [
            ("a/ours", Self.pod("node-1", 100, isOwned: true)), ("a/theirs", Self.pod("node-1", 50, isOwned: false)),
            ("a/ended", Self.pod("node-1", 400, isOwned: true, isFinished: true)), ("a/waiting", Self.pod(nil, 400, isOwned: true)),
            ("a/elsewhere", Self.pod("gone", 400, isOwned: true)),
        ] { tracker.setPod(key, pod) }
        let expected = NodeCapacity(
            name: "node-1",
            cpuMilli: Dimension(allocatable: 1000, requested: 150, stacks: 100),
            memoryBytes: Dimension(allocatable: 1000, requested: 300, stacks: 200),
            ephemeralStorageBytes: Dimension(allocatable: 9000, requested: 450, stacks: 300),
            pods: Dimension(allocatable: 10, requested: 2, stacks: 1)
        )
        #expect(tracker.nodeReport() == NodeReport(total: 1, excluded: [:], fullest: [expected]))
        #expect(expected.fill == 0.3)
        for key in ["a/ours", "a/theirs"] { tracker.setPod(key, nil) }
        #expect(tracker.nodeReport().fullest.first?.fill == 0)
        tracker.setNode("node-1", nil)
        #expect(tracker.nodeReport() == NodeReport(total: 0, excluded: [:], fullest: []))
    }

    @Test(arguments: [
        (allocatable: Int64?.none, requested: Int64(5), fill: 0.0), (0, 0, 0), (0, 1, .infinity), (10, 5, 0.5), (10, 20, 2),
        (1, .max, Double(Int64.max)),
    ])
    func `the fill is the requested share, and what a node does not report is never full`(
        row: (allocatable: Int64?, requested: Int64, fill: Double)
    ) {
        #expect(Dimension(allocatable: row.allocatable, requested: row.requested, stacks: 0).fill == row.fill)
    }

    @Test func `the fullest node comes first, by its scarcest resource, then by name`() {
        var tracker = CapacityTracker()
        for name in ["b", "a", "idle"] { tracker.setNode(name, Node(allocatable: Self.offered(1000, pods: 10))) }
        tracker.setNode("few-pods", Node(allocatable: Self.offered(100_000, pods: 1), exclusion: .cordoned))
        tracker.setNode("empty", Node(allocatable: .nothing, exclusion: .notReady))
        tracker.setNode("dead", Node(allocatable: .nothing, exclusion: .notReady))
        for name in ["a", "b", "few-pods", "dead"] { tracker.setPod("x/\(name)", Self.pod(name, 300, isOwned: true)) }
        let report = tracker.nodeReport()
        #expect(report.fullest.map(\.name) == ["dead", "few-pods", "a", "b", "empty", "idle"])
        #expect(report.fullest.map(\.exclusion) == [.notReady, .cordoned, nil, nil, .notReady, nil])
        #expect(report.total == 6 && report.excluded == [.cordoned: 1, .notReady: 2])
    }

    @Test func `of many nodes the fullest are reported, and all are counted`() {
        var tracker = CapacityTracker()
        for number in 1...500 {
            tracker.setNode("node-\(number)", Node(allocatable: Self.offered(1000), exclusion: number > 490 ? .tainted : nil))
            tracker.setPod("x/\(number)", Self.pod("node-\(number)", Int64(number), isOwned: false))
        }
        let report = tracker.nodeReport()
        #expect(report.total == 500 && report.excluded == [.tainted: 10])
        #expect(report.fullest.map(\.name) == (0..<NodeReport.limit).map { "node-\(500 - $0)" })
    }

    @Test(arguments: Array(UInt64(1)...10)) func `after a random history the sums of a node are what a recount finds`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var tracker = CapacityTracker()
        var pods: [String: Pod] = [:]
        for name in ["node-1", "node-2", "node-3"] { tracker.setNode(name, Node(allocatable: Self.offered(1000, pods: 5))) }
        for step in 0..<200 {
            let key = "pod-\(Int.random(in: 1...12, using: &generator))"
            let node = Int.random(in: 0..<4, using: &generator) > 0 ? "node-\(Int.random(in: 1...4, using: &generator))" : nil
            // Among them amounts beyond what any machine has.
            let cpu = Int.random(in: 0..<9, using: &generator) == 0 ? 1 << 50 : Int64.random(in: 0...900, using: &generator)
            let isFinished = Int.random(in: 0..<4, using: &generator) == 0
            let pod = Self.pod(node, cpu, isOwned: Bool.random(using: &generator), isFinished: isFinished)
            pods[key] = Int.random(in: 0..<5, using: &generator) > 0 ? pod : nil
            tracker.setPod(key, pods[key])
            for capacity in tracker.nodeReport().fullest {
                let here = pods.values.filter { $0.nodeName == capacity.name && !$0.isFinished }
                let own = here.filter { $0.counted != nil }
                #expect(capacity.cpuMilli.requested == Self.sum(here, \.cpuMilli), "seed \(seed), step \(step)")
                #expect(capacity.cpuMilli.stacks == Self.sum(own, \.cpuMilli), "seed \(seed), step \(step)")
                #expect(capacity.memoryBytes.requested == Self.sum(here, \.memoryBytes), "seed \(seed), step \(step)")
                #expect(capacity.memoryBytes.stacks == Self.sum(own, \.memoryBytes), "seed \(seed), step \(step)")
                #expect(
                    capacity.pods.requested == Int64(here.count) && capacity.pods.stacks == Int64(own.count),
                    "seed \(seed), step \(step)"
                )
            }
        }
    }

    private static func sum(_ pods: [Pod], _ amount: KeyPath<NodeResources, Int64>) -> Int64 {
        pods.reduce(0) { $0 + $1.request[keyPath: amount] }
    }
}
