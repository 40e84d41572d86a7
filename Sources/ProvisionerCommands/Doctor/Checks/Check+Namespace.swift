import KubernetesClient
import PodPolicy
import StackCluster
import Stacks

extension Check {
    /// The check of the namespace and its Pod Security level.
    /// - Parameters:
    ///   - answer: the namespace; nil inside if there is none.
    ///   - minor: the minor version of Kubernetes, if known. Pod Security Admission exists since 1.25.
    static func namespace(_ answer: Answer<Namespace?>, minor: Int?, _ settings: DoctorSettings) -> Check {
        let name = "namespace"
        guard let found = answer.value else { return answer.obstacle(name) ?? Check(name, .unknown, "cannot be read") }
        guard let namespace = found else {
            return Check(
                name,
                .wrong,
                "\(settings.namespace) does not exist",
                advice: "correct STACK_NAMESPACE, or kubectl create namespace \(settings.namespace); the service does it itself if it may"
            )
        }
        guard namespace.status?.phase != "Terminating" else {
            return Check(name, .wrong, "\(settings.namespace) is being deleted", advice: "wait until it is gone, then create it again")
        }
        let level = namespace.metadata.labels?["pod-security.kubernetes.io/enforce"]
        let mark = namespace.metadata.annotations?[Installation.annotation] ?? "none yet"
        let text = "\(settings.namespace): Pod Security level \(level ?? "none"); installation \(mark)"
        if level == "restricted", settings.policy.securityProfile != .restricted {
            let advice = "set STACK_SECURITY_PROFILE=restricted, or the label pod-security.kubernetes.io/enforce=baseline"
            return Check(name, .wrong, text + "; Pods of the profile baseline are refused", advice: advice)
        }
        let hasLevels = minor.map { $0 >= 25 } ?? (level != nil)
        guard hasLevels, level == nil || level == "privileged" else { return Check(name, .ok, text) }
        let wanted = settings.policy.securityProfile.rawValue
        let label = "kubectl label --overwrite namespace \(settings.namespace) pod-security.kubernetes.io/enforce=\(wanted)"
        return Check(name, .warning, text + "; nothing stands behind the Pod policy", advice: label)
    }

    /// The check of a request that the API server was asked to try and not to carry out.
    /// - Parameter kind: such as `Pod`.
    static func dryRun(_ kind: String, _ description: String, _ answer: Answer<Void>) -> Check {
        let name = "dry run"
        switch answer {
        case .found:
            return Check(name, .ok, "\(kind) would be accepted: \(description)")
        case .forbidden(let reason), .refused(let reason):
            guard !reason.contains("does not support dry run") else {
                let advice = "give the webhook sideEffects: None, or try a stack"
                return Check(name, .warning, "\(kind) cannot be tried: \(reason)", advice: advice)
            }
            let advice = "see the rights, the quotas and limit ranges of the namespace, and docs/errors.md"
            return Check(name, .wrong, "\(kind) is refused (\(description)): \(reason)", advice: advice)
        case .failed(let reason):
            return Check(name, .unknown, "\(kind) cannot be tried: \(reason)", advice: "run the command again")
        }
    }

    /// The check of STACK_RUNTIME_CLASS.
    /// - Parameter answer: all classes; nil if none is needed.
    static func runtimeClass(_ answer: Answer<[RuntimeClass]>?, _ settings: DoctorSettings) -> Check {
        let name = "runtime class"
        if let wanted = settings.runtimeClass, settings.cluster.watchedRuntimeClass == nil {
            return Check(
                name,
                .ok,
                "\(wanted), not read with STACK_WATCH_SCOPE=namespace: the API server refuses Pods if it does not exist"
            )
        }
        guard let wanted = settings.runtimeClass, let answer else {
            return Check(name, .ok, "none: stacks share the kernel of their node (STACK_RUNTIME_CLASS)")
        }
        guard let classes = answer.value else { return answer.obstacle(name) ?? Check(name, .unknown, "cannot be read") }
        guard let found = classes.first(where: { $0.metadata.name == wanted }) else {
            return Check(name, .wrong, "\(wanted) does not exist", advice: "correct STACK_RUNTIME_CLASS: kubectl get runtimeclasses")
        }
        let overhead = (found.overhead?.podFixed ?? [:]).map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")
        return Check(name, .ok, "\(wanted), overhead \(overhead.isEmpty ? "none" : overhead)")
    }
}
