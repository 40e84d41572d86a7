import KubernetesClient
package import PodPolicy
package import Stacks

extension KubernetesCluster {
    package func createPod(_ manifest: PodManifest) async throws -> String {
        try await mappingErrors {
            let name = manifest.metadata.name
            let pod = try await creating(Pod.self, name: name) {
                try await client.create(manifest, as: Pod.self, namespace: settings.namespace)
            }
            guard pod.metadata.deletionTimestamp == nil, let uid = pod.metadata.uid else {
                throw ClusterError(.podGone, "Pod \(name) is being deleted by someone else")
            }
            return uid
        }
    }

    package func createService(for record: StackRecord, podUID: String) async throws {
        try await mappingErrors {
            let service = Service(for: record, podUID: podUID)
            let created: Service
            do {
                created = try await creating(Service.self, name: record.id.serviceName) {
                    try await client.create(service, namespace: settings.namespace)
                }
            } catch let error as KubernetesError where ClusterError(error).code == .portAllocated {
                // The API server allocates the port before it looks at the name: an attempt that it carried out late holds both.
                guard let twin = try await existing(Service.self, record.id.serviceName, namespace: settings.namespace) else { throw error }
                created = twin
            }
            // An earlier attempt whose answer was lost may have made it with the port that it had then.
            guard created.nodePorts == [record.nodePort] else {
                throw ClusterError(.unexpected, "Service \(record.id.serviceName) has ports \(created.nodePorts), not \(record.nodePort)")
            }
        }
    }

    package func deleteService(of id: StackID) async throws {
        try await deleting {
            try await client.delete(Service.self, name: id.serviceName, namespace: settings.namespace)
        }
    }

    package func deletePod(of id: StackID) async throws {
        var options = DeleteOptions()
        // No kubelet is left to confirm the end of a Pod whose node has gone; elsewhere its confirmation is worth waiting for. The
        // watch may only be late with a new node.
        if let node = pods.object(namespace: settings.namespace, name: id.podName)?.spec?.nodeName, self.node(named: node) == nil {
            if try await !nodeExists(node) { options.gracePeriodSeconds = 0 }
        }
        try await deleting {
            try await client.delete(Pod.self, name: id.podName, namespace: settings.namespace, options: options)
        }
    }

    /// A create whose answer was lost is asked for again, after a look whether it took place: the name is the stack's own, so what
    /// exists under it is that attempt's.
    private func creating<T: KubernetesObject>(_ type: T.Type, name: String, _ create: () async throws -> T) async throws -> T {
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try await create()
            } catch let error as KubernetesError where error.isAlreadyExists {
                return try await client.get(type, name: name, namespace: settings.namespace)
            } catch let error as KubernetesError where error.isUnavailable && attempt < 3 {
                try await Task.sleep(for: .milliseconds(100 << attempt))
                do {
                    return try await client.get(type, name: name, namespace: settings.namespace)
                } catch let error as KubernetesError where error.isNotFound { /* it did not take place */  }
            }
        }
    }

    private func deleting(_ delete: () async throws -> Void) async throws {
        try await mappingErrors {
            do { try await delete() } catch let error as KubernetesError where error.isNotFound { /* gone is what was asked for */  }
        }
    }
}

extension Service {
    /// The NodePort Service in front of a stack's Pod. Its owner is the Pod: should all else fail, the cluster removes it with the Pod.
    init(for record: StackRecord, podUID: String) {
        self.init(
            metadata: ObjectMeta(
                name: record.id.serviceName,
                namespace: record.namespace,
                labels: StackLabels.all(of: record.id, userID: record.userID, problemID: record.problemID),
                ownerReferences: [OwnerReference(apiVersion: "v1", kind: "Pod", name: record.id.podName, uid: podUID)]
            ),
            spec: Spec(
                type: "NodePort",
                selector: [StackLabels.stackID: record.id.description],
                ports: [
                    Port(
                        name: "challenge",
                        protocol: record.port.protocol.rawValue,
                        port: record.port.containerPort,
                        targetPort: .int(record.port.containerPort),
                        nodePort: record.nodePort
                    )
                ]
            )
        )
    }

    var nodePorts: [Int] { (spec?.ports ?? []).compactMap(\.nodePort).filter { $0 != 0 } }
}
