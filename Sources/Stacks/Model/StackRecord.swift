package import FoundationEssentials
package import PodPolicy

/// What the store keeps of a stack. The cluster knows the rest: whether the Pod runs, and how the node is reached.
package struct StackRecord: Sendable, Equatable {
    /// How far the stack has come. It only ever moves forward.
    package enum State: String, Sendable, CaseIterable {
        /// The row, its lock, its port and its resources are held; Pod and Service are being made.
        case reserved
        /// Pod and Service exist and the Pod has a node.
        case active
        /// Pod and Service are being removed; everything stays held until both are seen gone.
        case deleting
    }

    package var id: StackID
    package var userID: Int64
    package var problemID: Int64
    package var state: State
    /// The process that made the reservation. Only it may finish it; others may reclaim it once it is too old.
    package var owner: String
    /// By what a repeated request is known again; nil when the caller gave no key.
    package var idempotency: Idempotency?
    package var namespace: String
    /// The Pod as sanitised, in YAML.
    package var podSpec: String
    package var port: ExposedPort
    package var nodePort: Int
    /// The node's name, once the scheduler has chosen one.
    package var nodeID: String?
    package var requestedCPUMilli: Int64
    package var requestedMemoryBytes: Int64
    package var createdAt: Date
    package var updatedAt: Date
    package var expiresAt: Date

    package init(
        id: StackID,
        userID: Int64,
        problemID: Int64,
        state: State = .reserved,
        owner: String,
        idempotency: Idempotency? = nil,
        namespace: String,
        podSpec: String,
        port: ExposedPort,
        nodePort: Int,
        nodeID: String? = nil,
        requestedCPUMilli: Int64,
        requestedMemoryBytes: Int64,
        createdAt: Date,
        updatedAt: Date,
        expiresAt: Date
    ) {
        self.id = id
        self.userID = userID
        self.problemID = problemID
        self.state = state
        self.owner = owner
        self.idempotency = idempotency
        self.namespace = namespace
        self.podSpec = podSpec
        self.port = port
        self.nodePort = nodePort
        self.nodeID = nodeID
        self.requestedCPUMilli = requestedCPUMilli
        self.requestedMemoryBytes = requestedMemoryBytes
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.expiresAt = expiresAt
    }
}

/// The caller's key for a request that may be sent more than once, and what the request asked for.
/// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
package struct Idempotency: Sendable, Equatable {
    /// The key as the caller chose it; unique among all requests.
    package var key: String
    /// A digest of the request's content: another request with the same key is a mistake of the caller.
    package var digest: String

    package init(key: String, digest: String) {
        self.key = key
        self.digest = digest
    }
}

extension Date {
    /// The same moment in whole microseconds since 1970: what stores keep and what answers show, so that both agree.
    /// A moment that 64 bits cannot hold is the farthest that they can.
    package var microseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(exactly: exact) ?? (exact < 0 ? .min : .max)
    }

    package init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}
