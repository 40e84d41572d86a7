import FoundationEssentials
import KubernetesClient
import PodPolicy
import StackCluster
import Stacks

extension Doctor {
    /// Tries the Pod and the Service of the largest stack, without creating them.
    func dryRuns(_ services: [Service]) async throws -> [Check] {
        let size = Check.amount(settings.largestStack)
        let pod = try await Answer {
            _ = try await client.create(try largestPod(), as: Pod.self, namespace: settings.namespace, isDryRun: true)
        }
        let taken = Set(services.flatMap { ($0.spec?.ports ?? []).compactMap(\.nodePort) })
        guard let free = settings.nodePorts.first(where: { !taken.contains($0) }) else { return [Check.dryRun("a Pod", size, pod)] }
        // Without the Services of other namespaces any port may be taken.
        let port = settings.cluster.watchScope == .cluster ? free : nil
        let service = try await Answer {
            let service = Self.service([Service.Port(name: "challenge", port: 8080, nodePort: port)])
            _ = try await client.create(service, as: Service.self, namespace: settings.namespace, isDryRun: true)
        }
        return [Check.dryRun("a Pod", size, pod), Check.dryRun("a Service", port.map { "node port \($0)" } ?? "any node port", service)]
    }

    /// Learns the API server's range of NodePorts from its refusal of ports that no sensible range includes. A dry run does not check the
    /// range. Nothing is created, unless the range includes every port.
    func nodePortRange() async throws -> Answer<ClosedRange<Int>> {
        let every = 1...65535
        let service = Self.service([
            Service.Port(name: "lowest", port: 80, nodePort: every.lowerBound),
            Service.Port(name: "highest", port: 81, nodePort: every.upperBound),
        ])
        let answer = try await Answer { () -> ClosedRange<Int> in
            do { _ = try await client.create(service, namespace: settings.namespace) } catch let error as KubernetesError {
                guard let range = NodePortRange.refused(error) else { throw error }
                return range
            }
            return every
        }
        // Also after a lost answer, which may have been a success.
        switch answer {
        case .found(every), .failed: try await removeService(service.metadata.name ?? "")
        default: break
        }
        return answer
    }

    private func removeService(_ name: String) async throws {
        _ = try await Answer { try await client.delete(Service.self, name: name, namespace: settings.namespace) }
    }

    /// A NodePort Service that selects no Pod.
    private static func service(_ ports: [Service.Port]) -> Service {
        let labels = [StackLabels.managedBy: StackLabels.managedByValue, ProbePod.label: "true"]
        let name = "doctor-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
        return Service(
            metadata: ObjectMeta(name: name, labels: labels),
            spec: Service.Spec(type: "NodePort", selector: [ProbePod.label: "none"], ports: ports)
        )
    }

    private func largestPod() throws -> PodManifest {
        let container = ProbePod.Spec.Container(
            name: "challenge",
            image: probe?.image ?? "busybox:1.36",
            ports: [ProbePod.Spec.Port(containerPort: 8080)],
            resources: ProbePod.Spec.Resources(limits: [
                "cpu": Quantity.cpu(milli: settings.policy.maximumCPUMilli),
                "memory": Quantity.bytes(settings.policy.maximumMemoryBytes),
            ])
        )
        let spec = ProbePod.Spec(spec: ProbePod.Spec.Pod(containers: [container]))
        return try PodPolicy(settings: settings.policy).check(try spec.text).manifest(
            name: "doctor-\(String(UInt32.random(in: 0...UInt32.max), radix: 36))",
            namespace: settings.namespace,
            labels: [StackLabels.managedBy: StackLabels.managedByValue, ProbePod.label: "true"],
            activeDeadlineSeconds: settings.podDeadlineSeconds
        )
    }
}
