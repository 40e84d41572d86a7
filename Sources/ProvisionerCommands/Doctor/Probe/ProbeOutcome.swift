import KubernetesClient

/// The results of a probe.
enum ProbeOutcome: Sendable, Equatable {
    /// The results of one Pod.
    struct Run: Sendable, Equatable {
        var role: ProbeRole
        var targets: [ProbeTarget]
        /// For each key, whether the connection was opened; a missing key has no result.
        var isOpen: [String: Bool]
    }

    case tried([Run])
    /// The Pods did not run; the value is the reason.
    case failed(String)
}

/// The reason for which a probe Pod has no result.
struct ProbeFailure: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }

    private static let hopeless: Set<String> = [
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError",
        "RunContainerError",
    ]

    /// Returns the reason for which the Pod will not run; nil while it may.
    static func reason(_ pod: Pod) -> String? {
        for status in pod.status?.containerStatuses ?? [] {
            if let waiting = status.state?.waiting, let reason = waiting.reason, hopeless.contains(reason) {
                return "container \(status.name): \(reason): \(waiting.message ?? "")"
            }
            // The listener runs for ever.
            if let ended = status.state?.terminated, status.name == "listen" {
                return "container listen ended with exit code \(ended.exitCode) (\(ended.reason ?? "no reason")): \(ended.message ?? "")"
            }
        }
        guard pod.status?.phase == "Failed" else { return nil }
        return "the Pod failed: \(pod.status?.reason ?? "no reason"): \(pod.status?.message ?? "")"
    }

    /// Returns the state of a Pod that had no result in time.
    static func reasonOfDelay(_ pod: Pod) -> String {
        let scheduled = pod.status?.conditions?.first { $0.type == "PodScheduled" && $0.status == "False" }
        if let scheduled { return "no node for the Pod: \(scheduled.message ?? scheduled.reason ?? "unschedulable")" }
        let node = pod.spec?.nodeName ?? "no node"
        return "no result in time from the Pod on \(node), which is \(pod.status?.phase ?? "without phase")"
    }
}
