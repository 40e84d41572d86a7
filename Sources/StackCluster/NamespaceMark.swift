package import KubernetesClient
package import Stacks

/// The id of the installation to which a namespace belongs, as the namespace bears it.
package struct NamespaceMark: Sendable {
    let client: KubernetesClient
    let namespace: String

    package init(client: KubernetesClient, namespace: String) {
        self.client = client
        self.namespace = namespace
    }

    /// The namespace as it was read.
    package struct Found: Sendable, Equatable {
        /// nil when it bears none.
        package var installation: String?
        var resourceVersion: String?

        package init(installation: String?, resourceVersion: String? = nil) {
            self.installation = installation
            self.resourceVersion = resourceVersion
        }
    }

    /// - Returns: nil when there is no such namespace.
    /// - Throws: ``KubernetesError``.
    package func read() async throws -> Found? {
        do {
            let metadata = try await client.get(Namespace.self, name: namespace, namespace: nil).metadata
            let installation = metadata.annotations?[Installation.annotation]
            return Found(installation: installation?.isEmpty == true ? nil : installation, resourceVersion: metadata.resourceVersion)
        } catch let error as KubernetesError where error.isNotFound {
            return nil
        }
    }

    /// Lets the namespace bear an id, while it is as it was read: of two stores that find it free one is refused.
    /// - Throws: ``KubernetesError``; ``KubernetesError/isConflict`` when it has changed since.
    package func write(_ installation: String, over found: Found) async throws {
        let metadata = ObjectMeta(resourceVersion: found.resourceVersion, annotations: [Installation.annotation: installation])
        let patch = ["metadata": metadata]
        _ = try await client.patch(Namespace.self, name: namespace, namespace: nil, mergePatch: patch)
    }

    /// The stacks of which the namespace holds a Pod or a Service.
    /// - Throws: ``KubernetesError``.
    package func ownedObjects() async throws -> Set<StackID> {
        let selector = "\(StackLabels.managedBy)=\(StackLabels.managedByValue)"
        let pods = try await client.list(Pod.self, namespace: namespace, labelSelector: selector).items.map(\.metadata)
        let services = try await client.list(Service.self, namespace: namespace, labelSelector: selector).items.map(\.metadata)
        return Set((pods + services).compactMap { $0.stackID(in: namespace) })
    }
}
