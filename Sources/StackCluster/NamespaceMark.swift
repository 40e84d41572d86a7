package import KubernetesClient
package import Stacks

/// The namespace annotation that names the installation to which the namespace belongs.
package struct NamespaceMark: Sendable {
    let client: KubernetesClient
    let namespace: String

    package init(client: KubernetesClient, namespace: String) {
        self.client = client
        self.namespace = namespace
    }

    /// The namespace as read.
    package struct Found: Sendable, Equatable {
        /// The id in the annotation; nil if there is none.
        package var installation: String?
        var resourceVersion: String?

        package init(installation: String?, resourceVersion: String? = nil) {
            self.installation = installation
            self.resourceVersion = resourceVersion
        }
    }

    /// - Returns: nil if the namespace does not exist.
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

    /// Writes an id to the namespace if it is unchanged since `found` was read: of two stores that find it free, one fails.
    /// - Throws: ``KubernetesError``; ``KubernetesError/isConflict`` if the namespace has changed.
    package func write(_ installation: String, over found: Found) async throws {
        let metadata = ObjectMeta(resourceVersion: found.resourceVersion, annotations: [Installation.annotation: installation])
        let patch = ["metadata": metadata]
        _ = try await client.patch(Namespace.self, name: namespace, namespace: nil, mergePatch: patch)
    }

    /// Returns the stacks that have a Pod or a Service in the namespace.
    /// - Throws: ``KubernetesError``.
    package func ownedObjects() async throws -> Set<StackID> {
        let selector = "\(StackLabels.managedBy)=\(StackLabels.managedByValue)"
        let pods = try await client.list(Pod.self, namespace: namespace, labelSelector: selector).items.map(\.metadata)
        let services = try await client.list(Service.self, namespace: namespace, labelSelector: selector).items.map(\.metadata)
        return Set((pods + services).compactMap { $0.stackID(in: namespace) })
    }
}
