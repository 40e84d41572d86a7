/// Labels that select this provisioner's objects. Callers cannot set labels with this prefix, so no stack can impersonate another.
package enum StackLabels {
    /// The stack's id, used in the Service's selector.
    package static let stackID = "ctf-provisioner.dev/stack-id"
    package static let userID = "ctf-provisioner.dev/user-id"
    package static let problemID = "ctf-provisioner.dev/problem-id"
    /// The destinations open to the stack, by which NetworkPolicies select its Pod: an ``Egress``.
    package static let egress = "ctf-provisioner.dev/egress"
    /// The recommended Kubernetes label for the tool that manages an object.
    package static let managedBy = "app.kubernetes.io/managed-by"
    package static let managedByValue = "ctf-provisioner"

    /// Returns the labels of a stack's objects. A stack without an owner has neither user nor problem label.
    package static func all(of id: StackID, userID: Int64?, problemID: Int64?, egress: Egress) -> [String: String] {
        var labels = [stackID: id.description, self.egress: egress.rawValue, managedBy: managedByValue]
        labels[self.userID] = userID.map { String($0) }
        labels[self.problemID] = problemID.map { String($0) }
        return labels
    }
}
