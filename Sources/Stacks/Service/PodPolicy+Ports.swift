import PodPolicy

extension PodPolicy {
    /// Checks a spec with one port, until the policy itself knows several ports and an environment.
    /// - Throws: ``PodSpecRefusal``.
    func check(
        _ text: String,
        ports: [ExposedPort],
        isArray: Bool,
        environment: [String: String]
    ) throws(PodSpecRefusal) -> CheckedPod {
        guard let port = ports.first, ports.count == 1, environment.isEmpty else {
            let message = "several ports and env are not supported yet"
            throw PodSpecRefusal(problems: [PodSpecProblem(path: "spec.containers", code: .portMismatch, message: message)])
        }
        return try check(text, targetPort: port.containerPort)
    }
}

extension CheckedPod {
    var ports: [ExposedPort] { [port] }
}
