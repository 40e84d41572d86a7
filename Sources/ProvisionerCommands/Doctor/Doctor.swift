import FoundationEssentials
import KubernetesClient
import Logging
import StackCluster
import Stacks

/// Asks the API server and the store about every condition. The verdicts are made by the functions of ``Check``.
struct Doctor: Sendable {
    var settings: DoctorSettings
    var environment: [String: String]
    var client: KubernetesClient
    /// The address of the API server.
    var address: String
    /// The probe; nil for none.
    var probe: Probe.Options?
    /// Called with the condition that is examined next.
    var progress: @Sendable (String) -> Void = { _ in }

    /// - Throws: `CancellationError`.
    func run() async throws -> DoctorReport {
        progress("the API server at \(address)")
        let server = try await Answer { try await client.serverInformation(within: .seconds(10)) }
        var checks = Check.server(server, address: address)
        guard !checks.contains(where: { $0.state == .unknown }) else { return DoctorReport(checks: try await checks + [store()]) }
        checks += try await rights()
        var survey: Answer<ClusterSurvey>?
        if settings.cluster.watchScope == .cluster {
            progress("nodes and capacity")
            survey = try await self.survey()
        }
        checks += survey.map { Check.nodes($0, settings) } ?? [Check.unreadNodes(settings)]
        checks += try await inNamespace(server, survey)
        checks.append(try await store())
        return DoctorReport(checks: checks)
    }

    private func rights() async throws -> [Check] {
        var checks: [Check] = []
        for right in settings.rights {
            progress("rights on \(right.resources.joined(separator: ", "))")
            var answers: [(SelfSubjectAccessReview.ResourceAttributes, Answer<Bool>)] = []
            for question in right.questions(namespace: settings.namespace) {
                let review = SelfSubjectAccessReview(question)
                answers.append((question, try await Answer { try await client.create(review, namespace: nil).status?.allowed == true }))
            }
            checks.append(Check.rights(right, answers, settings))
        }
        return checks
    }

    private func survey() async throws -> Answer<ClusterSurvey> {
        try await Answer {
            let nodes = try await client.list(Node.self).items
            let pods = try await client.list(Pod.self).items
            return ClusterSurvey(nodes: nodes, pods: pods, settings: settings.cluster)
        }
    }

    /// Checks what needs the namespace.
    private func inNamespace(_ server: Answer<ServerInformation>, _ survey: Answer<ClusterSurvey>?) async throws -> [Check] {
        progress("namespace \(settings.namespace)")
        let namespace = try await self.namespace()
        let minor = server.value.flatMap { Check.minor(of: $0.version) }
        var checks = [Check.namespace(namespace, minor: minor, settings)]
        guard checks[0].state != .wrong || namespace.value??.status?.phase == "Active" else { return checks }
        progress("node ports")
        let scope = settings.cluster.watchScope == .cluster ? nil : settings.namespace
        let services = try await Answer { try await client.list(Service.self, namespace: scope).items }
        checks.append(Check.nodePorts(try await nodePortRange(), services: services, settings))
        progress("quotas and limit ranges")
        checks.append(
            Check.limits(
                quotas: try await Answer { try await client.list(ResourceQuota.self, namespace: settings.namespace).items },
                ranges: try await Answer { try await client.list(LimitRange.self, namespace: settings.namespace).items },
                settings
            )
        )
        progress("a Pod and a Service of the largest stack, without creating them")
        checks += try await dryRuns(services.value ?? [])
        progress("the runtime class")
        var classes: Answer<[RuntimeClass]>?
        if settings.cluster.watchedRuntimeClass != nil { classes = try await Answer { try await client.list(RuntimeClass.self).items } }
        checks.append(Check.runtimeClass(classes, settings))
        return try await checks + enforcement(survey)
    }

    private func namespace() async throws -> Answer<Namespace?> {
        try await Answer {
            do { return try await client.get(Namespace.self, name: settings.namespace, namespace: nil) } catch let error as KubernetesError
                where error.isNotFound
            {
                return nil
            }
        }
    }

    private func enforcement(_ survey: Answer<ClusterSurvey>?) async throws -> [Check] {
        guard let probe else { return [Check.notProbed(settings)] }
        progress("two Pods of \(probe.image), which takes up to three minutes")
        let policies = try await Answer { try await client.list(NetworkPolicyName.self, namespace: settings.namespace).items.count }
        let nodes = (survey?.value?.eligible ?? []).flatMap { node in
            node.internalIPs.compactMap { HostPort(argument: "\($0.contains(":") ? "[\($0)]" : $0):\(node.kubeletPort)") }
        }
        let (outcome, left) = try await Probe(client: client, settings: settings, options: probe, nodes: nodes).run()
        return Check.probe(outcome, left: left, policies: policies.value, settings)
    }
}

/// The name of a NetworkPolicy.
private struct NetworkPolicyName: KubernetesObject {
    static let resource = APIResource(group: "networking.k8s.io", plural: "networkpolicies", kind: "NetworkPolicy")
    var metadata: ObjectMeta
}
