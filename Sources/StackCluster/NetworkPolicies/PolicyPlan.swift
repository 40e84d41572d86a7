import KubernetesClient

/// The writes that make the NetworkPolicies of the namespace what they should be.
struct PolicyPlan: Equatable {
    /// Policies to create.
    var missing: [NetworkPolicy] = []
    /// Existing policies with the right spec and labels, to replace the wrong ones.
    var different: [NetworkPolicy] = []

    init(wanted: [NetworkPolicy], found: [NetworkPolicy]) {
        for policy in wanted {
            guard let existing = found.first(where: { $0.metadata.name == policy.metadata.name }) else {
                missing.append(policy)
                continue
            }
            if let corrected = Self.corrected(existing, to: policy) { different.append(corrected) }
        }
    }

    /// Returns the existing policy with the spec and the labels of `wanted`; nil if it has them. Labels and annotations of others stay.
    static func corrected(_ existing: NetworkPolicy, to wanted: NetworkPolicy) -> NetworkPolicy? {
        var corrected = existing
        corrected.apiVersion = wanted.apiVersion
        corrected.kind = wanted.kind
        corrected.spec = wanted.spec
        corrected.metadata.labels = (existing.metadata.labels ?? [:]).merging(wanted.metadata.labels ?? [:]) { $1 }
        let isRight = existing.spec?.normalized == wanted.spec?.normalized && corrected.metadata.labels == existing.metadata.labels
        return isRight ? nil : corrected
    }
}
