import FoundationEssentials
import PodPolicy
import Stacks

/// The spec of a probe Pod, which passes the same policy as the spec of a caller and is hardened alike.
struct ProbePod {
    /// Labels the Pods of a probe. They lack the label with a stack's id, so that the reconciler does not take them for orphans.
    static let label = "ctf-provisioner.dev/probe"
    /// The time after which the kubelet ends a Pod that nobody removed.
    static let deadlineSeconds: Int64 = 180

    var name: String
    var image: String
    var role: ProbeRole
    var script: String

    /// The labels by which the NetworkPolicies of stacks select the Pod, and its own.
    var labels: [String: String] {
        [
            StackLabels.managedBy: StackLabels.managedByValue,
            StackLabels.egress: role.rawValue,
            Self.label: "true",
        ]
    }

    /// - Throws: ``PodSpecRefusal`` if the policy refuses the image; the error of the encoder.
    func manifest(_ settings: DoctorSettings) throws -> PodManifest {
        let spec = Spec(
            spec: Spec.Pod(containers: [
                container("listen", ProbeRole.listener, ports: [Spec.Port(containerPort: ProbeRole.port)], settings),
                container("try", script, ports: nil, settings),
            ])
        )
        return try PodPolicy(settings: settings.policy).check(try spec.text)
            .manifest(name: name, namespace: settings.namespace, labels: labels, activeDeadlineSeconds: Self.deadlineSeconds)
    }

    private func container(_ name: String, _ script: String, ports: [Spec.Port]?, _ settings: DoctorSettings) -> Spec.Container {
        Spec.Container(
            name: name,
            image: image,
            command: ["sh", "-c", script],
            ports: ports,
            resources: Spec.Resources(limits: [
                "cpu": Quantity.cpu(milli: max(1, min(100, settings.policy.maximumCPUMilli / 2))),
                "memory": Quantity.bytes(max(4 << 20, min(32 << 20, settings.policy.maximumMemoryBytes / 2))),
            ])
        )
    }

    /// The part of a Pod that a caller writes.
    struct Spec: Encodable {
        struct Metadata: Encodable { var name = "probe" }
        struct Pod: Encodable { var containers: [Container] }
        struct Port: Encodable { var containerPort: Int }
        struct Resources: Encodable { var limits: [String: String] }

        struct Container: Encodable {
            var name: String
            var image: String
            var command: [String]?
            var ports: [Port]?
            var resources: Resources
        }

        var apiVersion = "v1"
        var kind = "Pod"
        var metadata = Metadata()
        var spec: Pod

        /// The spec as a caller would send it.
        var text: String {
            get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
        }
    }
}
