package import PodPolicy

/// The Kubernetes operations that the domain needs. Writes are idempotent: creating an existing object and deleting a missing one succeed.
///
/// Methods that call the API server throw ``ClusterError``. The synchronous reads use the watch caches and never fail.
package protocol Cluster: Sendable {
    /// True once every watch has delivered its first list. Until then an object missing from the cache may still exist.
    var isSynced: Bool { get }

    /// Creates the Pod of a stack.
    /// - Returns: the Pod's uid, for the owner reference of the Service.
    func createPod(_ manifest: PodManifest) async throws -> String

    /// Creates the NodePort Service of a stack, with all its ports, owned by its Pod.
    /// - Throws: ``ClusterError`` with code `portAllocated` or `portOutOfRange`, which names the refused ports.
    func createService(for record: StackRecord, podUID: String) async throws

    /// Waits, by watch, until the scheduler has bound the Pod to a node.
    /// - Returns: the node's name.
    /// - Throws: ``ClusterError`` with code `unschedulable` after `timeout`, or `podGone` if the Pod was deleted meanwhile.
    func waitUntilScheduled(_ id: StackID, timeout: Duration) async throws -> String

    /// Requests deletion of the Service; succeeds if there is none.
    func deleteService(of id: StackID) async throws

    /// Requests deletion of the Pod; succeeds if there is none.
    /// - Parameter isNodeGivenUp: deletes with grace period 0, without waiting for the kubelet of a dead node.
    func deletePod(of id: StackID, isNodeGivenUp: Bool) async throws

    /// Reads from the API server, not from the cache, whether neither Pod nor Service exists.
    func isGone(_ id: StackID) async throws -> Bool

    /// Waits until ``isGone(_:)``.
    /// - Returns: false if Pod or Service still exists after `limit`.
    func waitUntilGone(_ id: StackID, within limit: Duration) async throws -> Bool

    /// Reads from the API server, not from the cache, whether Pod and Service exist.
    func objectsExist(_ id: StackID) async throws -> ObjectsPresence

    /// Reads from the API server, not from the cache, whether the node exists.
    func nodeExists(_ name: String) async throws -> Bool

    /// Reads from the API server, not from the cache, whether the node's kubelet has stopped reporting. True also for a missing node.
    func isNodeUnreachable(_ name: String) async throws -> Bool

    /// Reads the events of the Pod and of the Service from the API server, at most 500 of each, in any order. Their messages show no value
    /// of the caller's environment.
    func events(of record: StackRecord) async throws -> [StackEvent]

    /// Reads the last lines of a container's log from the API server.
    /// - Returns: at most 1 MiB: fewer lines if they are longer.
    /// - Throws: ``ClusterError`` with code `noLogYet` if the container has not started.
    func log(of id: StackID, container: String, lines: Int) async throws -> [UInt8]

    /// Returns the cached state of the Pod.
    func pod(of id: StackID) -> PodObservation?
    /// Whether the watch showed the Pod and then its removal, within the last minute. Such a Pod is not merely late to be seen.
    func hasPodGone(of id: StackID) -> Bool
    /// Whether the watch knows the Pod.
    func hasPod(of id: StackID) -> Bool
    /// Whether the watch knows the Service.
    func hasService(of id: StackID) -> Bool
    func node(named name: String) -> NodeObservation?
    /// Returns the names of the nodes whose kubelet has stopped reporting.
    func unreachableNodes() -> Set<String>
    /// Returns the IP family of the stack's Service; nil if the cache has no Service or no family for the stack.
    func serviceFamily(of id: StackID) -> IPFamily?

    /// Returns every stack that has a Pod or a Service of this provisioner in the cache.
    func ownedObjects() -> Set<StackID>

    /// Returns the maximum that all records together may request now.
    func budget() -> ResourceAmount

    /// Returns the nodes with what is requested on each; nil where nodes cannot be read.
    func nodeReport() -> NodeReport?

    /// Returns what Kubernetes adds to the request of every stack's Pod for its runtime class.
    /// - Throws: ``StackError`` if the configured runtime class does not exist, or is not known yet.
    func podOverhead() throws -> NodeResources

    /// Returns the exhausted resource, other than cpu and memory, if the nodes have no room for one more Pod; else nil.
    func shortage(forEphemeralStorageBytes bytes: Int64) -> String?
}

extension Cluster {
    /// Whether the watches know the Pod or the Service.
    package func hasObjects(of id: StackID) -> Bool { hasPod(of: id) || hasService(of: id) }
}

/// Existence of a stack's Pod and Service, as read from the API server.
package struct ObjectsPresence: Sendable, Equatable {
    package var pod: Bool
    package var service: Bool

    package init(pod: Bool, service: Bool) {
        self.pod = pod
        self.service = service
    }
}

/// The failure of a call to Kubernetes.
package struct ClusterError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// Another Service holds the NodePort.
        case portAllocated
        /// The NodePort is outside the API server's range.
        case portOutOfRange
        case limitRange
        case quota
        case unschedulable
        /// Someone deleted the Pod during its creation.
        case podGone
        /// The container has not started, so it has no log.
        case noLogYet
        case namespaceMissing
        case namespaceTerminating
        case admissionDenied
        /// A required admission webhook does not respond.
        case admissionUnavailable
        /// The API server has no free ClusterIP.
        case clusterIPsExhausted
        case unauthorized
        case forbidden
        /// The API server rejected the object as invalid.
        case invalid
        /// The API server did not respond, or the response leaves the effect of the call unknown.
        case unavailable
        /// The API server rejected the call because of load; the call had no effect.
        case busy
        /// The service has no credentials for the API server.
        case noCredentials
        case unexpected
    }

    package var code: Code
    /// The response of the API server as a sentence.
    package var message: String
    package var retryAfterSeconds: Int?
    /// The refused NodePorts of `portAllocated` and `portOutOfRange`; empty if the API server names none.
    package var nodePorts: [Int]

    package init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil, nodePorts: [Int] = []) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
        self.nodePorts = nodePorts
    }

    package var description: String { "\(code): \(message)" }
}
