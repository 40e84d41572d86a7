import KubernetesClient
import PodPolicy
import Stacks

extension Pod {
    /// Returns the Pod as ``CapacityTracker`` counts it.
    /// - Parameter isOwned: true for the Pod of a stack.
    func usage(isOwned: Bool) -> CapacityTracker.Pod {
        let request = requested
        return CapacityTracker.Pod(
            nodeName: spec?.nodeName,
            request: NodeResources(
                cpuMilli: request["cpu"],
                memoryBytes: request["memory"],
                ephemeralStorageBytes: request["ephemeral-storage"],
                pods: 1
            ),
            isFinished: isFinished,
            counted: isOwned ? countedRequest ?? ResourceAmount(request) : nil
        )
    }

    var isFinished: Bool { status?.phase == "Succeeded" || status?.phase == "Failed" }

    /// The effective request of the Pod, computed as the scheduler does.
    ///
    /// Sidecars (restartable init containers) run beside the containers and beside every later init container. A resource in the Pod-level
    /// resources replaces the sum.
    /// https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/753-sidecar-containers
    /// https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/2837-pod-level-resource-spec
    var requested: Requests {
        var running = Requests()
        for container in spec?.containers ?? [] { running += requests(of: container, status?.containerStatuses) }
        var sidecars = Requests()
        var peak = Requests()
        for container in spec?.initContainers ?? [] {
            let own = requests(of: container, status?.initContainerStatuses)
            if container.isSidecar {
                sidecars += own
                peak = peak.larger(sidecars)
            } else {
                peak = peak.larger(sidecars + own)
            }
        }
        let sum = (running + sidecars).larger(peak)
        return sum.replaced(by: Requests(spec?.resources?.requests)) + Requests(spec?.overhead)
    }

    /// Returns the requests of a container. During a resize the largest of the desired, allocated and actual amounts counts; an infeasible
    /// desired amount does not.
    /// https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/1287-in-place-update-pod-resources
    private func requests(of container: Container, _ statuses: [ContainerStatus]?) -> Requests {
        let wanted = Requests(container.resources?.requests)
        guard let status = statuses?.first(where: { $0.name == container.name }) else { return wanted }
        let actual = Requests(status.allocatedResources).larger(Requests(status.resources?.requests))
        guard isResizeInfeasible, !actual.isEmpty else { return wanted.larger(actual) }
        return actual
    }

    private var isResizeInfeasible: Bool {
        status?.conditions?.contains { $0.type == "PodResizePending" && $0.reason == "Infeasible" } == true
    }
}

extension Pod.Container {
    /// True for an init container that runs beside the others.
    var isSidecar: Bool { restartPolicy == "Always" }
}

/// Requests by resource name, in the scheduler's units: thousandths of a core, else bytes. Each amount has at most 63 bits, so sums over a
/// Pod's containers fit in 128.
struct Requests {
    private var amounts: [String: Int128] = [:]

    init() {}

    /// Parses a Kubernetes resource list. An invalid or negative quantity counts as 0.
    init(_ list: [String: String]?) {
        for name in ["cpu", "memory", "ephemeral-storage"] {
            guard let quantity = list?[name].flatMap({ Quantity($0) }), !quantity.isNegative else { continue }
            amounts[name] = Int128(name == "cpu" ? quantity.milliValue() : quantity.value())
        }
    }

    subscript(name: String) -> Int64 { Int64(clamping: amounts[name] ?? 0) }

    var isEmpty: Bool { amounts.isEmpty }

    static func + (left: Requests, right: Requests) -> Requests { left.merging(right, +) }

    static func += (left: inout Requests, right: Requests) { left = left + right }

    /// Returns the larger amount of each resource.
    func larger(_ other: Requests) -> Requests { merging(other, max) }

    /// Returns these requests with the resources of `other` replaced by its amounts.
    func replaced(by other: Requests) -> Requests { merging(other) { $1 } }

    private func merging(_ other: Requests, _ combine: (Int128, Int128) -> Int128) -> Requests {
        var result = self
        result.amounts.merge(other.amounts, uniquingKeysWith: combine)
        return result
    }
}

extension ResourceAmount {
    init(_ requests: Requests) {
        self.init(cpuMilli: requests["cpu"], memoryBytes: requests["memory"])
    }
}
