/// The service's part in the NetworkPolicies of its namespace.
package enum NetworkPolicyMode: String, Sendable, CaseIterable {
    /// They are made and kept. Without the rights to do so the service warns and goes on.
    case create
    /// They are made and kept. Without them, whoever made them, the service is not ready.
    case require
    /// They are someone else's business.
    case off
}
