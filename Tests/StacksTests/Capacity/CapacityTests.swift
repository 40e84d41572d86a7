import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct CapacityTests {
    private typealias Node = CapacityTracker.Node
    private typealias Pod = CapacityTracker.Pod

    /// Two nodes of 1000 milli-cores and 10,000 bytes, one of them eligible; what one Pod changes about the 800 and 8000 that remain
    /// after a reserve of a fifth.
    @Test(arguments: [
        (
            node: String?.some("node-1"), isFinished: false, isOwned: false, cpu: Int64(700), memory: Int64(7000),
            "a Pod of others takes room"
        ),
        (nil, false, false, 800, 8000, "a Pod of others without a node takes none yet"),
        ("node-1", true, false, 800, 8000, "a finished Pod of others takes none"),
        ("node-2", false, false, 800, 8000, "a Pod of others on a node that does not count takes none"),
        ("node-9", false, false, 800, 8000, "a Pod on a node that is not known takes none"),
        ("node-1", false, true, 800, 8000, "a Pod of ours is counted by its record"),
        (nil, false, true, 800, 8000, "and so before it has a node"),
        ("node-2", false, true, 900, 9000, "a Pod of ours on a node that does not count makes up for its record"),
        ("node-9", false, true, 900, 9000, "and so on a node that has gone"),
        ("node-1", true, true, 900, 9000, "a finished Pod of ours makes up for its record"),
        (nil, true, true, 900, 9000, "and so if it never had a node"),
    ])
    func `a Pod changes the budget`(row: (node: String?, isFinished: Bool, isOwned: Bool, cpu: Int64, memory: Int64, why: String)) {
        var tracker = CapacityTracker()
        let whole = ResourceAmount(cpuMilli: 1000, memoryBytes: 10_000)
        tracker.setNode("node-1", Node(allocatable: whole, isEligible: true))
        tracker.setNode("node-2", Node(allocatable: whole, isEligible: false))
        let request = ResourceAmount(cpuMilli: 100, memoryBytes: 1000)
        tracker.setPod("a/b", Pod(nodeName: row.node, request: request, isFinished: row.isFinished, isOwned: row.isOwned))
        #expect(tracker.budget(reserve: .standard) == ResourceAmount(cpuMilli: row.cpu, memoryBytes: row.memory), "\(row.why)")
        tracker.setPod("a/b", nil)
        #expect(tracker.budget(reserve: .standard) == ResourceAmount(cpuMilli: 800, memoryBytes: 8000))
    }

    @Test func `without nodes there is no budget, unless the operator states the size`() {
        let tracker = CapacityTracker()
        #expect(tracker.budget(reserve: .standard) == .zero)
        #expect(tracker.budget(totalCPUMilli: 1000, reserve: .standard) == ResourceAmount(cpuMilli: 800, memoryBytes: 0))
        #expect(tracker.budget(totalMemoryBytes: 1000, reserve: .standard) == ResourceAmount(cpuMilli: 0, memoryBytes: 800))
    }

    @Test func `the stated size replaces the nodes', but not what others use on them`() {
        var tracker = CapacityTracker()
        tracker.setNode("node-1", Node(allocatable: ResourceAmount(cpuMilli: 1000, memoryBytes: 1000), isEligible: true))
        let request = ResourceAmount(cpuMilli: 100, memoryBytes: 50)
        tracker.setPod("a/b", Pod(nodeName: "node-1", request: request, isFinished: false, isOwned: false))
        let budget = tracker.budget(totalCPUMilli: 10_000, totalMemoryBytes: 5000, reserve: .standard)
        #expect(budget == ResourceAmount(cpuMilli: 7900, memoryBytes: 3950))
    }

    @Test func `an event twice counts once, and events may come in any order`() {
        var tracker = CapacityTracker()
        let pod = Pod(nodeName: "node-1", request: ResourceAmount(cpuMilli: 100, memoryBytes: 100), isFinished: false, isOwned: false)
        for _ in 0..<3 { tracker.setPod("a/b", pod) }
        for _ in 0..<3 {
            tracker.setNode("node-1", Node(allocatable: ResourceAmount(cpuMilli: 1000, memoryBytes: 1000), isEligible: true))
        }
        #expect(tracker.budget(reserve: .standard) == ResourceAmount(cpuMilli: 700, memoryBytes: 700))
        for _ in 0..<3 { tracker.setPod("a/b", nil) }
        #expect(tracker.budget(reserve: .standard) == ResourceAmount(cpuMilli: 800, memoryBytes: 800))
        for _ in 0..<3 { tracker.setNode("node-1", nil) }
        #expect(tracker.budget(reserve: .standard) == .zero)
    }

    /// The names have it: what the tracker knows by events is what a look at everything would find.
    @Test(arguments: Array(UInt64(1)...20))
    func `after a random history the budget is what a recount finds`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tracker = CapacityTracker()
        var nodes: [String: Node] = [:]
        var pods: [String: Pod] = [:]
        for step in 0..<400 {
            switch Int.random(in: 0..<12, using: &generator) {
            case 0, 1:
                let node = Bool.random(using: &generator) ? Self.node(&generator) : nil
                let name = "node-\(Int.random(in: 1...4, using: &generator))"
                tracker.setNode(name, node)
                nodes[name] = node
            case 2:
                let kept = Set((1...4).map { "node-\($0)" }.filter { _ in Bool.random(using: &generator) })
                tracker.retainNodes(kept)
                nodes = nodes.filter { kept.contains($0.key) }
            case 3:
                let kept = Set(pods.keys.sorted().filter { _ in Bool.random(using: &generator) })
                tracker.retainPods(kept)
                pods = pods.filter { kept.contains($0.key) }
            default:
                let pod = Int.random(in: 0..<5, using: &generator) > 0 ? Self.pod(&generator) : nil
                let key = "pod-\(Int.random(in: 1...12, using: &generator))"
                tracker.setPod(key, pod)
                pods[key] = pod
            }
            let reserve = try #require(ReserveRatio(millionths: Int64.random(in: 0...1_000_000, using: &generator)))
            #expect(tracker.budget(reserve: reserve) == Self.recount(nodes, pods, reserve), "seed \(seed), step \(step)")
        }
    }

    private static func recount(_ nodes: [String: Node], _ pods: [String: Pod], _ reserve: ReserveRatio) -> ResourceAmount {
        var budget = ResourceAmount.zero
        for node in nodes.values where node.isEligible { budget += node.allocatable }
        budget -= reserve.share(of: budget)
        for pod in pods.values {
            let takesRoom = !pod.isFinished && pod.nodeName.map { nodes[$0]?.isEligible == true } == true
            if takesRoom { budget -= pod.request }
            if pod.isOwned && (pod.isFinished || pod.nodeName != nil) { budget += pod.request }
        }
        return budget
    }

    private static func node(_ generator: inout SeededGenerator) -> Node {
        Node(allocatable: amount(&generator, upTo: 10_000), isEligible: Int.random(in: 0..<4, using: &generator) > 0)
    }

    private static func pod(_ generator: inout SeededGenerator) -> Pod {
        Pod(
            nodeName: Int.random(in: 0..<4, using: &generator) > 0 ? "node-\(Int.random(in: 1...5, using: &generator))" : nil,
            request: amount(&generator, upTo: 900),
            isFinished: Int.random(in: 0..<4, using: &generator) == 0,
            isOwned: Bool.random(using: &generator)
        )
    }

    private static func amount(_ generator: inout SeededGenerator, upTo limit: Int64) -> ResourceAmount {
        ResourceAmount(
            cpuMilli: Int64.random(in: 0...limit, using: &generator),
            memoryBytes: Int64.random(in: 0...limit, using: &generator)
        )
    }
}

@Suite struct ReserveRatioTests {
    @Test(arguments: [
        (millionths: Int64(200_000), of: Int64(1000), share: Int64(200)), (200_000, 1001, 201), (200_000, 999, 200), (200_000, 1, 1),
        (200_000, 0, 0),
        (1, 1, 1), (0, .max, 0), (1_000_000, .max, .max), (500_000, .max, .max / 2 + 1), (333_333, 3_000_000, 999_999),
        (333_333, 3_000_001, 1_000_000),
    ])
    func `the reserve is rounded up and never overflows`(row: (millionths: Int64, of: Int64, share: Int64)) throws {
        let ratio = try #require(ReserveRatio(millionths: row.millionths))
        let share = ratio.share(of: ResourceAmount(cpuMilli: row.of, memoryBytes: 0))
        #expect(share == ResourceAmount(cpuMilli: row.share, memoryBytes: 0))
        #expect(ratio.share(of: ResourceAmount(cpuMilli: 0, memoryBytes: row.of)).memoryBytes == row.share)
    }

    @Test(arguments: [Int64(-1), 1_000_001, .min, .max])
    func `a share outside of nothing and everything is none`(millionths: Int64) {
        #expect(ReserveRatio(millionths: millionths) == nil)
    }

    @Test func `the standard is a fifth`() {
        #expect(ReserveRatio.standard == ReserveRatio(millionths: 200_000))
    }
}
