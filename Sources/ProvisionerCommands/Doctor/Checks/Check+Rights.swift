import KubernetesClient
import StackCluster

extension Check {
    /// The check of one group of rights.
    /// - Parameter answers: for each question, whether the right is granted.
    static func rights(
        _ right: Right,
        _ answers: [(SelfSubjectAccessReview.ResourceAttributes, Answer<Bool>)],
        _ settings: DoctorSettings
    ) -> Check {
        let name = "rights"
        let namespace = settings.namespace
        let file = settings.cluster.watchScope == .cluster ? "-f deploy/base/rbac.yaml" : "-f deploy/overlays/namespace-scope/rbac.yaml"
        let place =
            switch right.scope {
            case .namespace: "in namespace \(namespace)"
            case .namespaceItself: "on namespace \(namespace)"
            case .cluster: "in the cluster"
            }
        for (question, answer) in answers {
            guard let obstacle = answer.obstacle(name) else { continue }
            return Check(name, obstacle.state, "whether \(text(question)) is granted \(obstacle.found)", advice: obstacle.advice)
        }
        let missing = answers.filter { $0.1.value == false }.map { text($0.0) }
        let resources = right.resources.joined(separator: ", ")
        guard !missing.isEmpty else { return Check(name, .ok, "\(right.verbs.joined(separator: ", ")) \(resources) \(place)") }
        return Check(
            name,
            .wrong,
            "may not \(missing.joined(separator: ", ")) \(place): the service \(right.why)",
            advice: "kubectl apply \(file), with the namespace of STACK_NAMESPACE"
        )
    }

    private static func text(_ question: SelfSubjectAccessReview.ResourceAttributes) -> String {
        "\(question.verb) \(question.resource)\(question.subresource.map { "/\($0)" } ?? "")"
    }
}
