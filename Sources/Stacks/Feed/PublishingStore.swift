package import FoundationEssentials

/// A store that measures each operation, and publishes the id of each stack that it writes, so that no writer can forget to. It publishes
/// after a failure too, whose effect is unknown.
package struct PublishingStore: StackStore {
    private let base: any StackStore
    private let changes: StackChanges

    package init(_ base: any StackStore, to changes: StackChanges) {
        self.base = base
        self.changes = changes
    }

    package var isExclusive: Bool { base.isExclusive }

    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        defer { changes.publish(record.id) }
        try await StoreMetrics.measure("reserve") { try await base.reserve(record, within: limits) }
    }

    package func obstacle(to record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal? {
        try await StoreMetrics.measure("obstacle") { try await base.obstacle(to: record, within: limits) }
    }

    package func changePort(of id: StackID, owner: String, from old: Int, to new: Int, at now: Date) async throws {
        defer { changes.publish(id) }
        try await StoreMetrics.measure("change_port") { try await base.changePort(of: id, owner: owner, from: old, to: new, at: now) }
    }

    package func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord {
        defer { changes.publish(id) }
        return try await StoreMetrics.measure("activate") { try await base.activate(id, owner: owner, nodeID: nodeID, at: now) }
    }

    package func fail(_ id: StackID, failure: StackFailure, expiresAt: Date, at now: Date) async throws {
        defer { changes.publish(id) }
        try await StoreMetrics.measure("fail") { try await base.fail(id, failure: failure, expiresAt: expiresAt, at: now) }
    }

    package func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord? {
        defer { changes.publish(id) }
        return try await StoreMetrics.measure("begin_delete") { try await base.beginDelete(id, ifUnchanged: seen, at: now) }
    }

    package func beginDelete(of owner: OwnerFilter, inNamespace namespace: String, at now: Date) async throws -> [StackID] {
        do {
            let marked = try await StoreMetrics.measure("begin_delete_many") {
                try await base.beginDelete(of: owner, inNamespace: namespace, at: now)
            }
            for id in marked { changes.publish(id) }
            return marked
        } catch {
            changes.publishAll()
            throw error
        }
    }

    package func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) async throws -> StackRecord? {
        defer { changes.publish(id) }
        return try await StoreMetrics.measure("renew") { try await base.renew(id, to: expiresAt, ifUnchanged: seen, at: now) }
    }

    package func remove(_ id: StackID) async throws {
        defer { changes.publish(id) }
        try await StoreMetrics.measure("remove") { try await base.remove(id) }
    }

    package func record(_ id: StackID) async throws -> StackRecord? {
        try await StoreMetrics.measure("record") { try await base.record(id) }
    }

    package func record(idempotencyKey: String) async throws -> StackRecord? {
        try await StoreMetrics.measure("record_by_key") { try await base.record(idempotencyKey: idempotencyKey) }
    }

    package func records() async throws -> StackRecords { try await StoreMetrics.measure("records") { try await base.records() } }

    package func records(ofUser userID: Int64) async throws -> StackRecords {
        try await StoreMetrics.measure("records_of_user") { try await base.records(ofUser: userID) }
    }

    package func installationID() async throws -> String {
        try await StoreMetrics.measure("installation_id") { try await base.installationID() }
    }

    package func setInstallationID(_ id: String) async throws {
        try await StoreMetrics.measure("set_installation_id") { try await base.setInstallationID(id) }
    }

    package func checkReadiness() async throws { try await StoreMetrics.measure("check_readiness") { try await base.checkReadiness() } }
}
