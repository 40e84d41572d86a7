import Testing

@testable import PodPolicy

/// A spec that is accepted, and ways to put something into it.
enum Specs {
    static let minimal = spec()

    /// - Parameters:
    ///   - pod: further lines of `spec`, indented by two.
    ///   - container: further lines of the container, indented by six.
    static func spec(metadata: String = "", pod: String = "", container: String = "", after: String = "") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: challenge
        \(metadata)
        spec:
        \(pod)
          containers:
            - name: web
              image: nginx:1.27
              ports: [{containerPort: 8080}]
              resources: {limits: {cpu: 100m, memory: 64Mi}}
        \(container)
        \(after)
        """
    }

    static func problems(_ text: String, targetPort: Int? = 8080, settings: PodPolicySettings = PodPolicySettings()) -> [PodSpecProblem] {
        do throws(PodSpecRefusal) {
            let policy = PodPolicy(settings: settings)
            _ = if let targetPort { try policy.check(text, targetPort: targetPort) } else { try policy.check(text) }
            return []
        } catch {
            return error.problems
        }
    }
}

extension CheckedPod {
    var manifest: PodManifest { manifest(name: "stack-0", namespace: "stacks", labels: [:], activeDeadlineSeconds: 60) }
}
