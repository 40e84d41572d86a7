import StackCluster

extension Check {
    /// The check if no probe was asked for.
    static func notProbed(_ settings: DoctorSettings) -> Check {
        guard settings.networkPolicy != .off else {
            let found = "STACK_NETWORK_POLICY=off: the service makes no policies, so stacks reach whatever the cluster allows"
            return Check("enforcement", .warning, found, advice: "write policies of your own; doctor --probe IMAGE tries them")
        }
        let found = "not tried: only the network plugin knows whether it enforces NetworkPolicies"
        return Check("enforcement", .warning, found, advice: "provisioner doctor --probe busybox:1.36 starts two Pods that try it")
    }

    /// The checks of a probe: one for each attempt with the wrong result, and one for all of them.
    /// - Parameters:
    ///   - left: the names of Pods that could not be removed.
    ///   - policies: the number of NetworkPolicies in the namespace; nil if it is unknown.
    static func probe(_ outcome: ProbeOutcome, left: [String], policies: Int?, _ settings: DoctorSettings) -> [Check] {
        var checks: [Check]
        switch outcome {
        case .failed(let reason):
            let advice = "the image must have sh and nc, as busybox:1.36 has, and run under STACK_SECURITY_PROFILE"
            checks = [Check("enforcement", .unknown, "the probe Pods gave no result: \(reason)", advice: advice)]
        case .tried(let runs):
            checks = verdict(runs, policies: policies, settings)
        }
        for name in left {
            let advice = "kubectl -n \(settings.namespace) delete pod \(name)"
            let found = "Pod \(name) may be left; it ends by itself after \(ProbePod.deadlineSeconds) s"
            checks.append(Check("probe", .wrong, found, advice: advice))
        }
        return checks
    }

    private static func verdict(_ runs: [ProbeOutcome.Run], policies: Int?, _ settings: DoctorSettings) -> [Check] {
        // Without this control an image that cannot connect at all would look like perfect isolation.
        let isBlind = runs.contains { $0.isOpen["self"] != true }
        let isIncomplete = runs.contains { run in run.targets.contains { run.isOpen[$0.key] == nil } }
        guard !isBlind, !isIncomplete else {
            let found = isBlind ? "the probe could not even connect to itself" : "an attempt of the probe has no result"
            return [Check("enforcement", .unknown, found, advice: "use an image with sh and nc, such as busybox:1.36")]
        }
        let attempts = runs.flatMap { run in run.targets.map { (target: $0, isOpen: run.isOpen[$0.key] == true) } }
        let reached = attempts.filter { $0.isOpen && !$0.target.mustWork }.map(\.target)
        let missed = attempts.filter { !$0.isOpen && $0.target.mustWork }.map(\.target)
        let held = attempts.count { !$0.isOpen && !$0.target.mustWork }
        var checks: [Check] = []
        // Where no policies are asked for, a connection is no breach.
        let state: State = settings.networkPolicy == .off ? .warning : .wrong
        if reached.isEmpty {
            checks.append(Check("enforcement", .ok, "none of \(held) forbidden connections could be opened"))
        } else {
            let isNothing = reached.contains { $0.key == "stack" }
            let found =
                if policies == 0 {
                    "nothing isolates stacks: namespace \(settings.namespace) has no NetworkPolicy"
                } else {
                    isNothing ? "nothing enforces NetworkPolicies for stacks" : "NetworkPolicies are enforced in part"
                }
            let count = "\(reached.count) of \(reached.count + held) forbidden connections were opened"
            checks.append(Check("enforcement", state, "\(found): \(count)", advice: advice(policies: policies, settings)))
        }
        checks += reached.map { Check("probe", state, "\($0.attempt) was reached") }
        checks += missed.map { Check("probe", .warning, "\($0.attempt) was not reached", advice: missAdvice($0)) }
        return checks
    }

    private static func advice(policies: Int?, _ settings: DoctorSettings) -> String {
        if settings.networkPolicy == .off { return "STACK_NETWORK_POLICY=create, and a network plugin that enforces policies" }
        if policies == 0 {
            return "start the service, which makes the policies, and ask again: then the network plugin shows whether it enforces them"
        }
        return "use a network plugin that enforces NetworkPolicies, such as Calico or Cilium; a plain bridge or flannel alone does not"
    }

    private static func missAdvice(_ target: ProbeTarget) -> String {
        target.key == "dns"
            ? "see whether the cluster's DNS runs, and whether a policy forbids port 53 over TCP"
            : "if the cluster has no way to that address, name another one: --public ADDRESS:PORT"
    }
}
