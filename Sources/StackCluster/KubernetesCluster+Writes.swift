import KubernetesClient
import Logging
package import PodPolicy
package import Stacks

extension KubernetesCluster {
    package func createPod(_ manifest: PodManifest) async throws -> String {
        let name = manifest.metadata.name
        let redaction = Redaction(manifest.environment.values)
        let pod = try await createOrGet(Pod.self, .pod, name, redaction) {
            try await client.create(manifest, as: Pod.self, namespace: settings.namespace)
        }
        guard pod.metadata.deletionTimestamp == nil, let uid = pod.metadata.uid else {
            throw ClusterError(.podGone, "Pod \(name) is being deleted by someone else")
        }
        return uid
    }

    package func createService(for record: StackRecord, podUID: String) async throws {
        let service = Service(for: record, podUID: podUID)
        let name = record.id.serviceName
        let created: Service
        do {
            created = try await createOrGet(Service.self, .service(nodePorts: record.nodePorts), name) {
                try await client.create(service, namespace: settings.namespace)
            }
        } catch let error as ClusterError where error.code == .portAllocated {
            // The API server allocates the ports before it checks the name, so an earlier attempt that took effect late holds both.
            let found = try await find(Service.self, name, namespace: settings.namespace)
            guard let found else { throw error }
            created = found
        }
        // An earlier attempt whose response was lost may have created the Service with its previous ports.
        guard created.nodePorts == record.nodePorts else {
            throw ClusterError(.unexpected, "Service \(name) has ports \(created.nodePorts), not \(record.nodePorts)")
        }
    }

    package func deleteService(of id: StackID) async throws {
        try await deleting {
            try await client.delete(Service.self, name: id.serviceName, namespace: settings.namespace)
        }
    }

    package func deletePod(of id: StackID, isNodeGivenUp: Bool) async throws {
        var options = DeleteOptions()
        // If the node is gone, no kubelet confirms the end of the Pod. On any other node its confirmation is required: the cache may only
        // lag behind a new node.
        if isNodeGivenUp {
            options.gracePeriodSeconds = 0
        } else if let node = pods.object(namespace: settings.namespace, name: id.podName)?.spec?.nodeName, self.node(named: node) == nil {
            if try await !nodeExists(node) { options.gracePeriodSeconds = 0 }
        }
        try await deleting {
            try await client.delete(Pod.self, name: id.podName, namespace: settings.namespace, options: options)
        }
    }

    /// Creates an object, with retries. The name belongs to this stack alone, so an existing object of this name comes from an earlier
    /// attempt and is returned.
    /// - Parameter redaction: applied to what the API server says, for it may quote the object.
    private func createOrGet<T: KubernetesObject>(
        _ type: T.Type,
        _ kind: WrittenObject,
        _ name: String,
        _ redaction: Redaction = .none,
        _ create: () async throws -> T
    ) async throws -> T {
        let end = ContinuousClock.now + Self.createPatience
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try await create()
            } catch let error as KubernetesError {
                switch Disposition(error, creating: kind).redacted(redaction) {
                case .exists:
                    if let made = try await find(type, name, namespace: settings.namespace) { return made }
                    // Someone deleted the object between the two requests.
                    guard attempt < Self.unknownAttempts else {
                        throw ClusterError(.podGone, "\(name) was removed while it was being created")
                    }
                case .gone:
                    throw ClusterError(.unexpected, redaction("\(error)"))
                case .final(let error):
                    throw error
                case .retry(let pause, let error):
                    let pause = pause * Double.random(in: 0.5..<1.5) * Double(attempt)
                    guard attempt < Self.createAttempts, ContinuousClock.now + pause < end else { throw error }
                    logger.notice("repeating a create", metadata: ["name": "\(name)", "error": "\(error)"])
                    try await Task.sleep(for: pause)
                case .unknown(let error):
                    let pause = Duration.milliseconds(200 * attempt)
                    guard attempt < Self.unknownAttempts, ContinuousClock.now + pause < end else { throw error }
                    logger.notice("checking whether a create took effect", metadata: ["name": "\(name)", "error": "\(error)"])
                    try await Task.sleep(for: pause)
                    if let made = try await find(type, name, namespace: settings.namespace) { return made }
                }
            }
        }
    }

    /// The time limit for the creation of one object, beside the limit of ``createAttempts``.
    private static let createPatience: Duration = .seconds(12)
    private static let createAttempts = 8
    private static let unknownAttempts = 3

    private func deleting(_ delete: () async throws -> Void) async throws {
        try await mappingErrors {
            do { try await delete() } catch let error as KubernetesError where error.isNotFound { /* gone is what was asked for */  }
        }
    }
}

extension Service {
    /// Creates the NodePort Service of a stack's Pod. The Pod is its owner, so garbage collection deletes the Service with the Pod.
    init(for record: StackRecord, podUID: String) {
        self.init(
            metadata: ObjectMeta(
                name: record.id.serviceName,
                namespace: record.namespace,
                labels: StackLabels.all(of: record.id, userID: record.userID, problemID: record.problemID, egress: record.egress),
                ownerReferences: [OwnerReference(apiVersion: "v1", kind: "Pod", name: record.id.podName, uid: podUID)]
            ),
            spec: Spec(
                type: "NodePort",
                selector: [StackLabels.stackID: record.id.description],
                ports: record.ports.map { port in
                    Port(
                        name: record.ports.count == 1 ? "challenge" : Self.name(of: port.exposed),
                        protocol: port.exposed.protocol.rawValue,
                        port: port.exposed.containerPort,
                        targetPort: .int(port.exposed.containerPort),
                        nodePort: port.nodePort
                    )
                }
            )
        )
    }

    /// Returns a name that is unique in the Service, such as `tcp-8080`: a number may be exposed with both protocols.
    private static func name(of port: ExposedPort) -> String {
        "\(port.protocol.rawValue.lowercased())-\(port.containerPort)"
    }

    var nodePorts: [Int] { (spec?.ports ?? []).compactMap(\.nodePort).filter { $0 != 0 } }

    /// Every port that the API server has allocated for the Service, including the health check port of a load balancer.
    var allocatedNodePorts: [Int] { nodePorts + [spec?.healthCheckNodePort].compactMap { $0 }.filter { $0 != 0 } }
}
