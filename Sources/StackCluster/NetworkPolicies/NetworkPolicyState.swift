import Stacks

/// The result of the last look at the NetworkPolicies.
enum NetworkPolicyState: Sendable, Equatable {
    /// They are as they should be.
    case kept
    /// A right is missing; the value names it.
    case forbidden(String)
    /// They are missing or wrong, or it is not known whether; the value is the reason.
    case unready(String)
}

/// The consequences of a state for creates and for `/readyz`.
struct NetworkPolicyVerdict: Equatable {
    var mode: NetworkPolicyMode
    var state: NetworkPolicyState
    /// True once the policies have been as they should be. From then on they are put back within a pass, so creates need not wait.
    var wasKept: Bool

    /// The reason for which creates are refused; nil if they are not.
    var refusal: String? {
        switch (mode, state) {
        case (.off, _), (_, .kept), (.create, .forbidden): nil
        case (.create, .unready(let reason)): wasKept ? nil : reason
        case (.require, .forbidden(let reason)), (.require, .unready(let reason)): reason
        }
    }

    /// The reason for which the replica is not ready; nil if it is.
    var problem: String? {
        switch (mode, state) {
        case (.off, _), (_, .kept), (.create, .forbidden): nil
        case (_, .unready(let reason)), (.require, .forbidden(let reason)): reason
        }
    }

    /// A remark for an operator on a state that is no problem.
    var note: String? {
        switch (mode, state) {
        case (.off, _): "not enforced by us: STACK_NETWORK_POLICY is off"
        case (.create, .forbidden(let reason)): "not enforced by us: \(reason)"
        default: nil
        }
    }
}

extension NetworkPolicyVerdict {
    /// - Throws: ``StackError`` while creates are refused.
    func requireForCreate() throws {
        if let refusal { throw StackError(.kubernetesUnavailable, refusal, retryAfterSeconds: 5) }
    }

    /// - Returns: a remark for an operator.
    /// - Throws: ``StackError`` while the replica is not ready.
    func readiness() throws -> String? {
        if let problem { throw StackError(.kubernetesUnavailable, problem) }
        return note
    }
}
