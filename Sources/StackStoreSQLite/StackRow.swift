import FoundationEssentials
import GRDB
import PodPolicy
import Stacks

/// A row of the table `stacks`.
struct StackRow: Codable, FetchableRecord, PersistableRecord {
    static let databaseTableName = "stacks"

    enum Columns {
        static let stackID = Column("stack_id")
        static let userID = Column("user_id")
        static let problemID = Column("problem_id")
        static let state = Column("state")
        static let createdAt = Column("created_at")
        static let expiresAt = Column("expires_at")
    }

    var stackID: String
    var userID: Int64?
    var problemID: Int64?
    var state: String
    var owner: String
    var idempotencyKey: String?
    var requestDigest: String?
    var namespace: String
    var podSpec: String
    var egress: String
    var failureReason: String?
    var failureMessage: String?
    var nodeID: String?
    var cpuMilli: Int64
    var memoryBytes: Int64
    var createdAt: Int64
    var updatedAt: Int64
    var expiresAt: Int64

    enum CodingKeys: String, CodingKey {
        case stackID = "stack_id"
        case userID = "user_id"
        case problemID = "problem_id"
        case state, owner, namespace, egress
        case idempotencyKey = "idempotency_key"
        case requestDigest = "request_digest"
        case podSpec = "pod_spec"
        case failureReason = "failure_reason"
        case failureMessage = "failure_message"
        case nodeID = "node_id"
        case cpuMilli = "cpu_milli"
        case memoryBytes = "memory_bytes"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case expiresAt = "expires_at"
    }

    /// Reads the row of a reservation that the owner still holds.
    /// - Throws: ``StoreError/lostReservation``.
    static func reservation(_ id: StackID, owner: String, in database: Database) throws -> StackRow {
        guard let row = try find(id, in: database), row.owner == owner, row.state == StackRecord.State.reserved.rawValue
        else { throw StoreError.lostReservation(id) }
        return row
    }
}

extension StackRow {
    init(_ record: StackRecord) {
        self.init(
            stackID: record.id.description,
            userID: record.userID,
            problemID: record.problemID,
            state: record.state.rawValue,
            owner: record.owner,
            idempotencyKey: record.idempotency?.key,
            requestDigest: record.idempotency?.digest,
            namespace: record.namespace,
            podSpec: record.podSpec,
            egress: record.egress.rawValue,
            failureReason: record.failure?.reason,
            failureMessage: record.failure?.message,
            nodeID: record.nodeID,
            cpuMilli: record.requestedCPUMilli,
            memoryBytes: record.requestedMemoryBytes,
            createdAt: record.createdAt.microseconds,
            updatedAt: record.updatedAt.microseconds,
            expiresAt: record.expiresAt.microseconds
        )
    }

    /// - Throws: ``StoreError/unreadable(_:)``.
    var id: StackID {
        get throws {
            guard let id = StackID(stackID) else { throw unreadable("stack_id is no id") }
            return id
        }
    }

    /// Returns the record of the row and its ports.
    /// - Throws: ``StoreError/unreadable(_:)`` if a value is out of range.
    func record(in database: Database) throws -> StackRecord {
        try record(ports: PortRow.all(of: stackID, in: database))
    }

    /// - Throws: ``StoreError/unreadable(_:)``.
    func record(ports: [Row]) throws -> StackRecord {
        let id = try id
        guard let state = StackRecord.State(rawValue: state) else { throw unreadable("state is \"\(state)\"") }
        guard let egress = Egress(rawValue: egress) else { throw unreadable("egress is \"\(egress.prefix(100))\"") }
        guard (failureReason == nil) == (failureMessage == nil) else {
            throw unreadable("of failure_reason and failure_message there is only one")
        }
        let failure = failureReason.flatMap { reason in failureMessage.map { StackFailure(reason: reason, message: $0) } }
        guard (idempotencyKey == nil) == (requestDigest == nil) else {
            throw unreadable("of idempotency_key and request_digest there is only one")
        }
        let record = StackRecord(
            id: id,
            userID: userID,
            problemID: problemID,
            state: state,
            owner: owner,
            idempotency: idempotencyKey.flatMap { key in requestDigest.map { Idempotency(key: key, digest: $0) } },
            namespace: namespace,
            podSpec: podSpec,
            ports: try ports.map { try PortRow.mapping($0, of: stackID) },
            egress: egress,
            failure: failure,
            nodeID: nodeID,
            requestedCPUMilli: cpuMilli,
            requestedMemoryBytes: memoryBytes,
            createdAt: Date(microseconds: createdAt),
            updatedAt: Date(microseconds: updatedAt),
            expiresAt: Date(microseconds: expiresAt)
        )
        if let flaw = record.flaw { throw unreadable(flaw) }
        return record
    }

    private func unreadable(_ what: String) -> StoreError { Self.unreadable(stackID, what) }
}
