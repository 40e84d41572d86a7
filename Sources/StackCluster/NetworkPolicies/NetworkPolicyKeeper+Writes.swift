import KubernetesClient
import Logging
import Synchronization

/// A failed call for a NetworkPolicy.
struct PolicyFailure {
    /// `list`, `create` or `update`.
    var verb: String
    /// The policy; nil for a list.
    var name: String?
    var error: any Error

    var isForbidden: Bool { (error as? KubernetesError)?.isForbidden == true }
}

extension NetworkPolicyKeeper {
    /// Carries out the plan, every part of it even after a failure.
    /// - Returns: the first failure; nil if every policy exists, and is right as far as it is for this replica to say.
    func apply(_ plan: PolicyPlan, wanted: [NetworkPolicy]) async -> PolicyFailure? {
        var failure: PolicyFailure?
        let wrong = Set((plan.missing + plan.different).compactMap(\.metadata.name))
        for policy in wanted {
            guard let name = policy.metadata.name, !wrong.contains(name) else { continue }
            memory.withLock { $0.lastRight[name] = policy.spec?.normalized }
        }
        for policy in plan.missing {
            do { try await create(policy) } catch {
                failure = failure ?? PolicyFailure(verb: "create", name: policy.metadata.name, error: error)
            }
        }
        for policy in plan.different where mayWrite() && isLeading() {
            do { try await replace(policy) } catch {
                failure = failure ?? PolicyFailure(verb: "update", name: policy.metadata.name, error: error)
            }
        }
        return failure
    }

    private struct NotOurs: Error, CustomStringConvertible {
        var description: String { "the namespace is not known to be this installation's" }
    }

    private func create(_ policy: NetworkPolicy) async throws {
        guard mayWrite() else { throw NotOurs() }
        guard let name = policy.metadata.name else { return }
        do {
            try await access.create(policy)
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Another replica was faster, or the watch lags behind.
            guard isLeading(), let existing = try await access.read(name) else { return }
            if let corrected = PolicyPlan.corrected(existing, to: policy) { try await replace(corrected) }
            return
        }
        let before = remember(policy)
        if before == nil {
            logger.notice("NetworkPolicy made", metadata: ["name": "\(name)"])
        } else {
            logger.warning("NetworkPolicy was deleted by someone; it is made again", metadata: ["name": "\(name)"])
        }
    }

    private func replace(_ policy: NetworkPolicy) async throws {
        guard let name = policy.metadata.name else { return }
        let found = access.policies().first { $0.metadata.name == name }?.spec?.normalized
        do { try await access.replace(policy) } catch let error as KubernetesError where error.isConflict || error.isNotFound {
            // It has changed since; the watch tells, and the next look compares again.
            return
        }
        let before = remember(policy)
        if let before, before != found || before == policy.spec?.normalized {
            logger.warning("NetworkPolicy was changed by someone; it is put back", metadata: ["name": "\(name)"])
        } else {
            logger.notice("NetworkPolicy follows the cluster's networks", metadata: ["name": "\(name)"])
        }
    }

    /// - Returns: the spec that the policy had when it was last right.
    private func remember(_ policy: NetworkPolicy) -> NetworkPolicy.Spec? {
        guard let name = policy.metadata.name else { return nil }
        return memory.withLock { memory in
            defer { memory.lastRight[name] = policy.spec?.normalized }
            return memory.lastRight[name]
        }
    }

    /// Judges a failure. Callers learn which right or policy it is about; the API server's own words are for the log.
    func settle(_ failure: PolicyFailure) {
        let object =
            failure.name.map { "NetworkPolicy \(access.namespace)/\($0)" } ?? "the NetworkPolicies of namespace \(access.namespace)"
        if failure.isForbidden {
            set(.forbidden("the right to \(failure.verb) networkpolicies in namespace \(access.namespace) is missing"), failure.error)
        } else if failure.name == nil {
            set(.unready("\(object) could not be listed"), failure.error)
        } else {
            set(.unready("\(object) could not be \(failure.verb == "create" ? "created" : "put right")"), failure.error)
        }
    }

    /// Logs each change of state, once.
    func set(_ new: NetworkPolicyState, _ error: (any Error)? = nil) {
        let old = memory.withLock { memory in
            defer {
                memory.state = new
                if new == .kept { memory.wasKept = true }
            }
            return memory.state
        }
        guard new != old else { return }
        let metadata: Logger.Metadata = error.map { ["error": "\($0)"] } ?? [:]
        switch new {
        case .kept:
            logger.info("the NetworkPolicies of the namespace are as they should be")
        case .forbidden(let reason):
            let advice = mode == .create ? "stacks are isolated only by what others enforce" : "no stack is created"
            logger.warning("\(reason); \(advice); apply deploy/base/rbac.yaml, or set STACK_NETWORK_POLICY=off", metadata: metadata)
        case .unready(let reason):
            logger.warning("\(reason)", metadata: metadata)
        }
    }
}
