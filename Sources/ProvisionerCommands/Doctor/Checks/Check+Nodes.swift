import PodPolicy
import StackCluster
import Stacks

extension Check {
    /// The checks of nodes, capacity and addresses.
    static func nodes(_ answer: Answer<ClusterSurvey>, _ settings: DoctorSettings) -> [Check] {
        guard let survey = answer.value else { return [answer.obstacle("nodes")].compactMap { $0 } }
        let nodes = matching(survey, settings)
        return survey.eligible.isEmpty ? [nodes] : [nodes, capacity(survey, settings), addresses(survey)]
    }

    /// The check of nodes that STACK_WATCH_SCOPE keeps from being read.
    static func unreadNodes(_ settings: DoctorSettings) -> Check {
        let total = ResourceAmount(cpuMilli: settings.cluster.totalCPUMilli ?? 0, memoryBytes: settings.cluster.totalMemoryBytes ?? 0)
        return Check(
            "nodes",
            .ok,
            "not read with STACK_WATCH_SCOPE=namespace (stated: \(amount(total))); \(WatchScope.unknownInNamespace)"
        )
    }

    private static func matching(_ survey: ClusterSurvey, _ settings: DoctorSettings) -> Check {
        let selector = settings.cluster.nodeSelector.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        let left = survey.nodes.filter { !$0.obstacles.isEmpty }.map { "\($0.name) (\($0.obstacles.joined(separator: "; ")))" }
        var found = "\(survey.eligible.count) of \(survey.nodes.count) may carry stacks"
        if !selector.isEmpty { found += " (\(selector))" }
        if !survey.eligible.isEmpty { found += ": \(listed(survey.eligible.map(\.name)))" }
        if !left.isEmpty { found += "; not \(listed(left))" }
        guard survey.eligible.isEmpty else { return Check("nodes", .ok, found) }
        // With a size that the operator states, an autoscaler may add nodes when they are needed.
        let isScaled = settings.cluster.totalCPUMilli != nil && settings.cluster.totalMemoryBytes != nil
        let label = selector.isEmpty ? "remove a taint or uncordon a node" : "kubectl label node NAME \(selector.replacing(",", with: " "))"
        return Check("nodes", isScaled ? .warning : .wrong, found, advice: "every create is refused as cluster_saturated: \(label)")
    }

    private static func capacity(_ survey: ClusterSurvey, _ settings: DoctorSettings) -> Check {
        let largest = settings.largestStack
        func sum(_ counts: [Int64]) -> Int64 { Int64(clamping: counts.reduce(Int128(0)) { $0 + Int128($1) }) }
        let room = sum(survey.eligible.map { $0.room(for: largest) })
        let pods = sum(survey.eligible.compactMap(\.free.pods))
        let found = """
            stacks may request \(amount(survey.budget)) in all and have \(amount(survey.requested)); the nodes have room for \(pods) more \
            Pods, or \(room) of the largest size (\(amount(largest)))
            """
        if !survey.budget.covers(survey.requested) || room == 0 {
            let advice = """
                add nodes, or lower STACK_MAX_CPU and STACK_MAX_MEMORY to the size that challenges need; STACK_RESOURCE_RESERVE_RATIO keeps a \
                share free
                """
            return Check("capacity", .warning, found, advice: advice)
        }
        return Check("capacity", .ok, found)
    }

    private static func addresses(_ survey: ClusterSurvey) -> Check {
        let external = survey.eligible.flatMap(\.externalIPs)
        let without = survey.eligible.filter(\.externalIPs.isEmpty)
        guard !without.isEmpty else { return Check("addresses", .ok, "players use \(listed(external))") }
        let found = """
            no ExternalIP on \(listed(without.map(\.name))): node_public_ip is null there; the nodes' own addresses are \
            \(listed(without.flatMap(\.internalIPs)))
            """
        let advice = "tell players an address that leads to the nodes yourself, such as that of a load balancer"
        return Check("addresses", .warning, found, advice: advice)
    }

    static func amount(_ amount: ResourceAmount) -> String {
        "\(Quantity.cpu(milli: amount.cpuMilli)) cpu, \(Quantity.bytes(rounded(amount.memoryBytes)))"
    }

    /// Returns whole mebibytes, rounded down: sums of nodes are odd numbers of bytes.
    private static func rounded(_ bytes: Int64) -> Int64 { bytes.magnitude < 1 << 20 ? bytes : bytes / (1 << 20) * (1 << 20) }

    /// Returns at most six items and the number of the others.
    static func listed(_ items: [String]) -> String {
        let shown = items.prefix(6).joined(separator: ", ")
        return items.count > 6 ? "\(shown) and \(items.count - 6) more" : shown
    }
}
