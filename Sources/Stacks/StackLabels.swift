/// The labels by which our objects are found. No caller can set a label of this prefix, so no stack can pose as another.
public enum StackLabels {
    /// The stack's id; the Service selects its Pod by it.
    public static let stackID = "ctf-provisioner.dev/stack-id"
    public static let userID = "ctf-provisioner.dev/user-id"
    public static let problemID = "ctf-provisioner.dev/problem-id"
    /// The recommended label of Kubernetes for the tool that manages an object.
    public static let managedBy = "app.kubernetes.io/managed-by"
    public static let managedByValue = "ctf-provisioner"

    public static func all(of id: StackID, userID: Int64, problemID: Int64) -> [String: String] {
        [
            stackID: id.description,
            self.userID: String(userID),
            self.problemID: String(problemID),
            managedBy: managedByValue,
        ]
    }
}
