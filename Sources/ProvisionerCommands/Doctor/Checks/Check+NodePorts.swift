import KubernetesClient
import StackCluster

extension Check {
    /// The check of the range of NodePorts.
    /// - Parameters:
    ///   - range: the API server's range.
    ///   - services: all Services of the cluster.
    static func nodePorts(_ range: Answer<ClosedRange<Int>>, services: Answer<[Service]>, _ settings: DoctorSettings) -> Check {
        let name = "node ports"
        let ours = settings.nodePorts
        switch range {
        case .found(let theirs):
            guard theirs.contains(ours.lowerBound), theirs.contains(ours.upperBound) else {
                return Check(
                    name,
                    .wrong,
                    "\(text(ours)) does not lie within the API server's range \(text(theirs))",
                    advice: "set STACK_NODEPORT_MIN and STACK_NODEPORT_MAX to a range within \(text(theirs))"
                )
            }
            guard let services = services.value else {
                return Check(name, .warning, "\(text(ours)) lies within the API server's \(text(theirs)); which are taken cannot be read")
            }
            return taken(ours, "within the API server's \(text(theirs))", services, settings)
        case .forbidden(let reason):
            return Check(name, .warning, "the API server's range cannot be asked: \(reason)", advice: "mend the rights or the quota first")
        case .refused(let reason), .failed(let reason):
            return Check(name, .unknown, "the API server's range cannot be asked: \(reason)", advice: "run the command again")
        }
    }

    private static func taken(_ ours: ClosedRange<Int>, _ range: String, _ services: [Service], _ settings: DoctorSettings) -> Check {
        var taken: Set<Int> = []
        var foreign: Set<Int> = []
        for service in services {
            let ports = (service.spec?.ports ?? []).compactMap(\.nodePort) + [service.spec?.healthCheckNodePort].compactMap { $0 }
            taken.formUnion(ports.filter(ours.contains))
            if service.metadata.namespace != settings.namespace { foreign.formUnion(ports.filter(ours.contains)) }
        }
        let others =
            settings.cluster.watchScope == .cluster ? "\(foreign.count) of them by other namespaces" : "those of other namespaces unread"
        let found = "\(text(ours)) lies \(range); \(taken.count) of \(ours.count) are taken, \(others)"
        let free = ours.count - taken.count
        guard free * 10 < ours.count else { return Check("node ports", .ok, found) }
        let advice = "widen STACK_NODEPORT_MIN and STACK_NODEPORT_MAX, and --service-node-port-range of the API server if need be"
        return Check("node ports", free <= 0 ? .wrong : .warning, found, advice: advice)
    }

    private static func text(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound)…\(range.upperBound)" }
}

/// The API server's range of NodePorts, which it tells only when it refuses a port.
enum NodePortRange {
    /// Returns the range in the refusal of a port; nil if the error is another one.
    static func refused(_ error: KubernetesError) -> ClosedRange<Int>? {
        let messages = (error.status?.details?.causes ?? []).filter { $0.field?.hasSuffix("nodePort") == true }.compactMap(\.message)
        for message in messages + [error.message] {
            guard let match = message.firstMatch(of: /range of valid ports is (\d{1,5})-(\d{1,5})/),
                let lower = Int(match.1), let upper = Int(match.2), lower <= upper
            else { continue }
            return lower...upper
        }
        return nil
    }
}
