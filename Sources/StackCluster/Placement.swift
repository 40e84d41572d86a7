import KubernetesClient
import PodPolicy
import Stacks

/// The nodes on which stacks may run: those of the settings, and of these the ones that support the runtime class.
struct Placement: Sendable, Equatable {
    private var selectors: [[String: String]]
    private var tolerations: [RuntimeClass.Toleration]

    init(selector: [String: String] = [:], tolerations: [PodToleration] = [], runtimeClass: RuntimeClass? = nil) {
        // Two values for one label match no node, and admission refuses such a Pod.
        selectors = [selector, runtimeClass?.scheduling?.nodeSelector ?? [:]]
        self.tolerations = tolerations.map {
            RuntimeClass.Toleration(key: $0.key, operator: $0.operator.rawValue, value: $0.value, effect: $0.effect.rawValue)
        }
        self.tolerations += runtimeClass?.scheduling?.tolerations ?? []
    }

    func selects(_ node: Node) -> Bool {
        selectors.joined().allSatisfy { node.metadata.labels?[$0.key] == $0.value }
    }

    /// Returns true unless a taint keeps stacks from the node.
    func tolerates(_ node: Node) -> Bool {
        (node.spec?.taints ?? []).allSatisfy(tolerates)
    }

    /// Returns true for a taint that keeps no stack away.
    func tolerates(_ taint: Node.Taint) -> Bool {
        !["NoSchedule", "NoExecute"].contains(taint.effect) || tolerations.contains { $0.tolerates(taint) }
    }
}

extension RuntimeClass {
    /// The amount that the class adds to the request of a Pod.
    var podOverhead: NodeResources {
        let requests = Requests(overhead?.podFixed)
        return NodeResources(
            cpuMilli: requests["cpu"],
            memoryBytes: requests["memory"],
            ephemeralStorageBytes: requests["ephemeral-storage"]
        )
    }
}
