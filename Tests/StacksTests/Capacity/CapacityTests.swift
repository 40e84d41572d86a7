import TestBasics
import TestSupport
import Testing

@testable import Stacks

@Suite struct CapacityTests {
    private typealias Node = CapacityTracker.Node
    private typealias Pod = CapacityTracker.Pod

    private static func resources(_ cpu: Int64, _ memory: Int64, storage: Int64? = nil, pods: Int64? = nil) -> NodeResources {
        NodeResources(cpuMilli: cpu, memoryBytes: memory, ephemeralStorageBytes: storage, pods: pods)
    }

    private static func amount(_ cpu: Int64, _ memory: Int64) -> ResourceAmount { ResourceAmount(cpuMilli: cpu, memoryBytes: memory) }

    /// Two nodes of 1000 milli-cores and 10,000 bytes, one of them eligible; the change of one Pod to the 800 and 8000 that remain after
    /// a reserve of a fifth.
    @Test(arguments: [
        (
            node: String?.some("node-1"), isFinished: false, counted: ResourceAmount?.none, cpu: Int64(700), memory: Int64(7000),
            "a Pod of others takes room"
        ),
        (nil, false, nil, 800, 8000, "a Pod of others without a node takes none yet"),
        ("node-1", true, nil, 800, 8000, "a finished Pod of others takes none"),
        ("node-2", false, nil, 800, 8000, "a Pod of others on a node that does not count takes none"),
        ("node-9", false, nil, 800, 8000, "a Pod on a node that is not known takes none"),
        ("node-1", false, amount(100, 1000), 800, 8000, "a Pod of ours is counted by its record"),
        (nil, false, amount(100, 1000), 800, 8000, "and so before it has a node"),
        ("node-2", false, amount(100, 1000), 900, 9000, "a Pod of ours on a node that does not count makes up for its record"),
        ("node-9", false, amount(100, 1000), 900, 9000, "and so on a node that has gone"),
        ("node-1", true, amount(100, 1000), 900, 9000, "a finished Pod of ours makes up for its record"),
        (nil, true, amount(100, 1000), 900, 9000, "and so if it never had a node"),
        ("node-1", false, amount(60, 400), 760, 7400, "an injected container of a Pod of ours takes what its record does not count"),
        ("node-1", false, amount(200, 2000), 800, 8000, "a record that counts more than the Pod takes gives nothing back"),
        ("node-2", false, amount(60, 400), 860, 8400, "on a node that does not count only the record is made up for"),
        ("node-1", true, amount(60, 400), 860, 8400, "and so when the Pod has ended"),
    ])
    func `a Pod changes the budget`(
        row: (node: String?, isFinished: Bool, counted: ResourceAmount?, cpu: Int64, memory: Int64, why: String)
    ) {
        var tracker = CapacityTracker()
        tracker.setNode("node-1", Node(allocatable: Self.resources(1000, 10_000)))
        tracker.setNode("node-2", Node(allocatable: Self.resources(1000, 10_000), exclusion: .cordoned))
        let request = Self.resources(100, 1000, pods: 1)
        tracker.setPod("a/b", Pod(nodeName: row.node, request: request, isFinished: row.isFinished, counted: row.counted))
        #expect(tracker.budget(reserve: .standard) == Self.amount(row.cpu, row.memory), "\(row.why)")
        tracker.setPod("a/b", nil)
        #expect(tracker.budget(reserve: .standard) == Self.amount(800, 8000))
    }

    @Test func `without nodes there is no budget, unless the operator states the size`() {
        let tracker = CapacityTracker()
        #expect(tracker.budget(reserve: .standard) == .zero)
        #expect(tracker.budget(totalCPUMilli: 1000, reserve: .standard) == Self.amount(800, 0))
        #expect(tracker.budget(totalMemoryBytes: 1000, reserve: .standard) == Self.amount(0, 800))
    }

    @Test func `where nodes cannot be read, Pods of others count wherever they are, and those of stacks by their record`() {
        var tracker = CapacityTracker(knowsNodes: false)
        let request = Self.resources(100, 1000, pods: 1)
        func budget() -> ResourceAmount { tracker.budget(totalCPUMilli: 1000, totalMemoryBytes: 10_000, reserve: .standard) }
        tracker.setPod("a/ours", Pod(nodeName: "node-1", request: request, isFinished: false, counted: Self.amount(100, 1000)))
        #expect(budget() == Self.amount(800, 8000))
        tracker.setPod("a/theirs", Pod(nodeName: "node-1", request: request, isFinished: false, counted: nil))
        #expect(budget() == Self.amount(700, 7000))
        tracker.setPod("a/injected", Pod(nodeName: "node-2", request: request, isFinished: false, counted: Self.amount(60, 400)))
        #expect(budget() == Self.amount(660, 6400))
        tracker.setPod("a/ours", Pod(nodeName: "node-1", request: request, isFinished: true, counted: Self.amount(100, 1000)))
        #expect(budget() == Self.amount(760, 7400))
        for key in ["a/ours", "a/theirs", "a/injected"] { tracker.setPod(key, nil) }
        #expect(budget() == Self.amount(800, 8000))
    }

    @Test func `the stated size replaces the nodes', but not what others use on them`() {
        var tracker = CapacityTracker()
        tracker.setNode("node-1", Node(allocatable: Self.resources(1000, 1000)))
        tracker.setPod("a/b", Pod(nodeName: "node-1", request: Self.resources(100, 50, pods: 1), isFinished: false, counted: nil))
        let budget = tracker.budget(totalCPUMilli: 10_000, totalMemoryBytes: 5000, reserve: .standard)
        #expect(budget == Self.amount(7900, 3950))
    }

    @Test func `an event twice counts once, and events may come in any order`() {
        var tracker = CapacityTracker()
        let pod = Pod(nodeName: "node-1", request: Self.resources(100, 100, pods: 1), isFinished: false, counted: nil)
        for _ in 0..<3 { tracker.setPod("a/b", pod) }
        for _ in 0..<3 { tracker.setNode("node-1", Node(allocatable: Self.resources(1000, 1000))) }
        #expect(tracker.budget(reserve: .standard) == Self.amount(700, 700))
        for _ in 0..<3 { tracker.setPod("a/b", nil) }
        #expect(tracker.budget(reserve: .standard) == Self.amount(800, 800))
        for _ in 0..<3 { tracker.setNode("node-1", nil) }
        #expect(tracker.budget(reserve: .standard) == .zero)
    }

    @Test func `requests beyond all measure end nothing, and everything is as before once they are gone`() {
        var tracker = CapacityTracker()
        tracker.setNode("node-1", Node(allocatable: Self.resources(.max, .max, storage: .max, pods: .max)))
        let before = tracker.budget(reserve: .standard)
        for number in 0..<100 {
            let request = NodeResources(cpuMilli: .max, memoryBytes: .max, ephemeralStorageBytes: .max, pods: .max)
            let counted = number.isMultiple(of: 2) ? Self.amount(.min, .max) : nil
            tracker.setPod("pod-\(number)", Pod(nodeName: "node-1", request: request, isFinished: number % 3 == 0, counted: counted))
        }
        _ = tracker.budget(reserve: .standard)
        #expect(tracker.budget(totalCPUMilli: .max, totalMemoryBytes: .min, reserve: .standard).cpuMilli > 0)
        #expect(tracker.shortage(forEphemeralStorageBytes: .max) == "pods")
        for number in 0..<100 { tracker.setPod("pod-\(number)", nil) }
        #expect(tracker.budget(reserve: .standard) == before)
        #expect(tracker.shortage(forEphemeralStorageBytes: .max) == "ephemeral-storage")
    }

    @Test func `a stranger's Pod that is larger than its node takes that node and no other`() {
        var tracker = CapacityTracker()
        for name in ["node-1", "node-2"] {
            tracker.setNode(name, Node(allocatable: Self.resources(1000, 1000)))
        }
        tracker.setPod("a/b", Pod(nodeName: "node-1", request: Self.resources(.max, .max, pods: 1), isFinished: false, counted: nil))
        #expect(tracker.budget(reserve: .standard) == Self.amount(600, 600))
    }

    /// The names have it: the sums that the tracker keeps by events are those of a recount.
    @Test(arguments: Array(UInt64(1)...20))
    func `after a random history the budget is what a recount finds`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tracker = CapacityTracker()
        var nodes: [String: Node] = [:]
        var pods: [String: Pod] = [:]
        for step in 0..<400 {
            if Int.random(in: 0..<5, using: &generator) == 0 {
                let node = Bool.random(using: &generator) ? Self.node(&generator) : nil
                let name = "node-\(Int.random(in: 1...4, using: &generator))"
                tracker.setNode(name, node)
                nodes[name] = node
            } else {
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
        for node in nodes.values where node.isEligible {
            budget += amount(node.allocatable.cpuMilli, node.allocatable.memoryBytes)
        }
        budget -= reserve.share(of: budget)
        for (name, node) in nodes where node.isEligible {
            var taken = ResourceAmount.zero
            for pod in pods.values where !pod.isFinished && pod.nodeName == name {
                let counted = pod.counted ?? .zero
                taken += amount(max(0, pod.request.cpuMilli - counted.cpuMilli), max(0, pod.request.memoryBytes - counted.memoryBytes))
            }
            budget -= amount(min(taken.cpuMilli, node.allocatable.cpuMilli), min(taken.memoryBytes, node.allocatable.memoryBytes))
        }
        for pod in pods.values {
            let isOnEligibleNode = pod.nodeName.map { nodes[$0]?.isEligible == true } == true
            if pod.isFinished || (pod.nodeName != nil && !isOnEligibleNode) { budget += pod.counted ?? .zero }
        }
        return budget
    }

    private static func node(_ generator: inout SeededGenerator) -> Node {
        Node(allocatable: resources(&generator, upTo: 10_000), exclusion: Int.random(in: 0..<4, using: &generator) > 0 ? nil : .tainted)
    }

    private static func pod(_ generator: inout SeededGenerator) -> Pod {
        let counted = resources(&generator, upTo: 900)
        return Pod(
            nodeName: Int.random(in: 0..<4, using: &generator) > 0 ? "node-\(Int.random(in: 1...5, using: &generator))" : nil,
            request: resources(&generator, upTo: 900),
            isFinished: Int.random(in: 0..<4, using: &generator) == 0,
            counted: Bool.random(using: &generator) ? amount(counted.cpuMilli, counted.memoryBytes) : nil
        )
    }

    private static func resources(_ generator: inout SeededGenerator, upTo limit: Int64) -> NodeResources {
        resources(Int64.random(in: 0...limit, using: &generator), Int64.random(in: 0...limit, using: &generator), pods: 1)
    }
}

@Suite struct ShortageTests {
    /// One node with room for 3 Pods and 1000 bytes of storage, one full one, and one that does not count.
    @Test(arguments: [
        (pods: 2, pending: 0, storage: Int64(300), shortage: String?.none), (3, 0, 0, "pods"), (2, 1, 0, "pods"), (1, 1, 0, nil),
        (2, 0, 800, nil), (2, 0, 801, "ephemeral-storage"), (1, 1, 800, nil), (1, 1, 801, "ephemeral-storage"),
    ])
    func `Pods and their scratch space are counted as the scheduler does`(
        row: (pods: Int, pending: Int, storage: Int64, shortage: String?)
    ) {
        var tracker = CapacityTracker()
        func node(pods: Int64?, storage: Int64?) -> NodeResources {
            NodeResources(cpuMilli: 1000, memoryBytes: 1000, ephemeralStorageBytes: storage, pods: pods)
        }
        tracker.setNode("node-1", CapacityTracker.Node(allocatable: node(pods: 3, storage: 1000)))
        tracker.setNode("node-2", CapacityTracker.Node(allocatable: node(pods: 1, storage: 10)))
        tracker.setNode("node-3", CapacityTracker.Node(allocatable: node(pods: 100, storage: 100_000), exclusion: .cordoned))
        let request = NodeResources(cpuMilli: 1, memoryBytes: 1, ephemeralStorageBytes: 100, pods: 1)
        func pod(on node: String?, isOwned: Bool) -> CapacityTracker.Pod {
            CapacityTracker.Pod(nodeName: node, request: request, isFinished: false, counted: isOwned ? .zero : nil)
        }
        // The second node takes more than it has, as after its size was changed: the first still has its own room.
        for number in 0..<2 { tracker.setPod("full-\(number)", pod(on: "node-2", isOwned: false)) }
        for number in 0..<row.pods { tracker.setPod("pod-\(number)", pod(on: "node-1", isOwned: false)) }
        for number in 0..<row.pending { tracker.setPod("pending-\(number)", pod(on: nil, isOwned: true)) }
        #expect(tracker.shortage(forEphemeralStorageBytes: row.storage) == row.shortage)
    }

    @Test func `what a node does not report bounds nothing`() {
        var tracker = CapacityTracker()
        #expect(tracker.shortage(forEphemeralStorageBytes: 1) == nil)
        let silent = NodeResources(cpuMilli: 1, memoryBytes: 1)
        tracker.setNode("node-1", CapacityTracker.Node(allocatable: silent))
        #expect(tracker.shortage(forEphemeralStorageBytes: .max) == nil)
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
