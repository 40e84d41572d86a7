package import FoundationEssentials
package import PodPolicy

/// The stored part of a stack. Whether the Pod runs and how its node is reached is read from the cluster.
package struct StackRecord: Sendable, Equatable {
    /// The progress of a stack. A state never goes back.
    package enum State: String, Sendable, CaseIterable {
        /// Record, lock, ports and resources are held; Pod and Service are being created.
        case reserved
        /// Pod and Service exist and the Pod is bound to a node.
        case active
        /// Pod and Service are being deleted; everything stays held until both are gone.
        case deleting
        /// The create failed after its caller had been answered. The record holds nothing and is shown until it expires.
        case failed
    }

    package var id: StackID
    /// Nil together with `problemID` for a stack without an owner.
    package var userID: Int64?
    package var problemID: Int64?
    package var state: State
    /// The process that created the reservation and alone may complete it. Other processes may reclaim a reservation that is too old.
    package var owner: String
    /// Identifies a retried request; nil if there was no Idempotency-Key.
    package var idempotency: Idempotency?
    package var namespace: String
    /// The sanitised Pod in YAML.
    package var podSpec: String
    /// The ports in the caller's order, 1 to ``maximumPorts``.
    package var ports: [PortMapping]
    package var egress: Egress
    /// The reason of state `failed`; nil in every other state.
    package var failure: StackFailure?
    /// The name of the node, once the Pod is bound to it.
    package var nodeID: String?
    package var requestedCPUMilli: Int64
    package var requestedMemoryBytes: Int64
    package var createdAt: Date
    package var updatedAt: Date
    package var expiresAt: Date

    package init(
        id: StackID,
        userID: Int64?,
        problemID: Int64?,
        state: State = .reserved,
        owner: String,
        idempotency: Idempotency? = nil,
        namespace: String,
        podSpec: String,
        ports: [PortMapping],
        egress: Egress = .none,
        failure: StackFailure? = nil,
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
        self.ports = ports
        self.egress = egress
        self.failure = failure
        self.nodeID = nodeID
        self.requestedCPUMilli = requestedCPUMilli
        self.requestedMemoryBytes = requestedMemoryBytes
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.expiresAt = expiresAt
    }
}

extension StackRecord {
    /// The most ports that a stack may have.
    package static let maximumPorts = PodPolicy.maximumPorts

    /// The first port.
    package var port: ExposedPort { ports.first?.exposed ?? ExposedPort(containerPort: 0, protocol: .tcp) }

    /// The first NodePort.
    package var nodePort: Int { ports.first?.nodePort ?? PortMapping.none }

    /// The NodePorts that the record holds: none in state `failed`.
    package var nodePorts: [Int] { state == .failed ? [] : ports.map(\.nodePort) }

    /// User and problem; nil for a stack without an owner.
    package var user: Owner? {
        guard let userID, let problemID else { return nil }
        return Owner(userID: userID, problemID: problemID)
    }

    /// The user and the problem that a stack is for, which no other stack may be for.
    package struct Owner: Sendable, Hashable {
        package var userID: Int64
        package var problemID: Int64

        package init(userID: Int64, problemID: Int64) {
            self.userID = userID
            self.problemID = problemID
        }
    }

    /// True if the record is removed when it expires.
    package var expires: Bool { state == .active || state == .failed }

    /// The user and the problem that the record bars for other stacks; nil for a stack without an owner and in state `failed`.
    package var lock: Owner? { state == .failed ? nil : user }

    /// Changes the record to state `failed`, in which it holds nothing.
    package mutating func fail(_ failure: StackFailure, expiresAt: Date, at now: Date) {
        state = .failed
        self.failure = failure
        idempotency = nil
        for index in ports.indices { ports[index].nodePort = PortMapping.none }
        self.expiresAt = expiresAt
        updatedAt = now
    }
}

/// The idempotency key of a request with a digest of its content.
/// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
package struct Idempotency: Sendable, Equatable {
    /// The key chosen by the caller, unique among all requests.
    package var key: String
    /// A digest of the request: the same key with another digest is a mistake of the caller.
    package var digest: String

    package init(key: String, digest: String) {
        self.key = key
        self.digest = digest
    }
}

extension Date {
    /// The date in whole microseconds since 1970, the resolution of both stores and responses. Clamped to 64 bits.
    package var microseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1_000_000).rounded()
        return Int64(exactly: exact) ?? (exact < 0 ? .min : .max)
    }

    package init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}
