package import PodPolicy

/// What the domain needs of Kubernetes. Every write can be repeated: creating what exists and deleting what is gone succeed.
///
/// Methods that call the API server throw ``ClusterError``; reads are answered from watches and never fail.
package protocol Cluster: Sendable {
    /// Whether every watch has delivered its first list. Before that, nothing that is missing here may be taken as missing there.
    var isSynced: Bool { get }

    /// Creates the Pod of a stack.
    /// - Returns: its uid, by which the Service names it as owner.
    func createPod(_ manifest: PodManifest) async throws -> String

    /// Creates the NodePort Service of a stack, owned by its Pod.
    func createService(for record: StackRecord, podUID: String) async throws

    /// Waits, by watch, until the scheduler has given the Pod a node.
    /// - Returns: the node's name.
    /// - Throws: ``ClusterError`` with code `unschedulable` after `timeout`, or `podGone` when the Pod vanished meanwhile.
    func waitUntilScheduled(_ id: StackID, timeout: Duration) async throws -> String

    /// Asks for the deletion of the Service; success when there is none.
    func deleteService(of id: StackID) async throws

    /// Asks for the deletion of the Pod; success when there is none.
    /// - Parameter isNodeGivenUp: the Pod is removed at once, without the word of a kubelet that will not come.
    func deletePod(of id: StackID, isNodeGivenUp: Bool) async throws

    /// Waits until the API server itself says that neither Pod nor Service exists.
    /// - Returns: false when one of them is still there after `timeout`.
    func waitUntilGone(_ id: StackID, timeout: Duration) async throws -> Bool

    /// Asks the API server itself whether Pod and Service exist.
    func objectsExist(_ id: StackID) async throws -> ObjectsPresence

    /// Asks the API server itself whether the node exists.
    func nodeExists(_ name: String) async throws -> Bool

    /// Asks the API server itself whether the node's kubelet has stopped reporting; true also when there is no such node.
    func isNodeUnreachable(_ name: String) async throws -> Bool

    /// What the watch last said of the Pod.
    func pod(of id: StackID) -> PodObservation?
    /// Whether the watch showed the Pod and then its removal, within the last minute. Such a Pod is not merely late to be seen.
    func hasPodGone(of id: StackID) -> Bool
    /// Whether the watch knows the Service.
    func hasService(of id: StackID) -> Bool
    func node(named name: String) -> NodeObservation?
    /// Names of the nodes whose kubelet has stopped reporting.
    func unreachableNodes() -> Set<String>
    /// The IP family on which the stack's NodePorts answer; nil when the watch does not know the Service or its family.
    func serviceFamily(of id: StackID) -> IPFamily?

    /// Every stack of which the watches know a Pod or a Service of this provisioner.
    func ownedObjects() -> Set<StackID>

    /// The most that all records together may request now.
    func budget() -> ResourceAmount

    /// The resource beside cpu and memory of which the nodes have too little left for one more Pod; nil when there is room.
    func shortage(forEphemeralStorageBytes bytes: Int64) -> String?
}

/// Which of a stack's two objects the API server knows.
package struct ObjectsPresence: Sendable, Equatable {
    package var pod: Bool
    package var service: Bool

    package init(pod: Bool, service: Bool) {
        self.pod = pod
        self.service = service
    }
}

/// A call to Kubernetes that did not do what was asked.
package struct ClusterError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// The NodePort is held by another Service.
        case portAllocated
        /// The NodePort lies outside the API server's own range.
        case portOutOfRange
        case limitRange
        case quota
        case unschedulable
        /// The Pod was deleted by someone else while it was being created.
        case podGone
        case namespaceMissing
        case namespaceTerminating
        case admissionDenied
        /// A webhook that must be asked does not answer.
        case admissionUnavailable
        /// No address is left in the range of Services.
        case clusterIPsExhausted
        case unauthorized
        case forbidden
        /// The API server refused the object itself.
        case invalid
        /// No answer, or one that says nothing about the effect.
        case unavailable
        /// The API server did nothing because it has too much to do.
        case busy
        /// The service has no credentials that it could show to the API server.
        case noCredentials
        case unexpected
    }

    package var code: Code
    /// What the API server said, in plain words.
    package var message: String
    package var retryAfterSeconds: Int?

    package init(_ code: Code, _ message: String, retryAfterSeconds: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfterSeconds = retryAfterSeconds
    }

    package var description: String { "\(code): \(message)" }
}
