package import FoundationEssentials
package import Stacks
package import TestBasics

/// A store whose calls fail as a test says; the effects are those of the store beneath it.
package final class ScriptedStore: StackStore {
    package enum Call: Sendable, CaseIterable {
        case reserve, changePort, activate, fail, renew, beginDelete, remove, read, checkReadiness
    }

    package let isExclusive: Bool
    /// The store beneath, whose calls never fail and are not counted.
    package let base: any StackStore
    /// What goes wrong, and what was called.
    package let script: Observed<Script<Call>>
    /// Records that cannot be read; those with an id are in the store beneath.
    package let unreadable = Observed<[UnreadableRecord]>([])

    /// - Parameter isExclusive: false makes of an embedded store one that several processes share.
    package init(_ base: any StackStore, isExclusive: Bool = true) {
        self.base = base
        self.isExclusive = isExclusive
        script = Observed(Script())
    }

    /// Lets a call fail.
    package func fail(_ call: Call, _ moment: Failpoint.Moment = .before, times: Int = 1) {
        script.update { $0.faults[call] = Script.Fault(moment, StoreError.unavailable("as the test says"), times: times) }
    }

    /// Lets every call fail from now on.
    package func fail() {
        for call in Call.allCases { fail(call, times: .max) }
    }

    /// Lets no call fail any more.
    package func recover() { script.update { $0.faults = [:] } }

    package func reserve(_ record: StackRecord, within limits: ReservationLimits) async throws {
        try await perform(.reserve) { try await base.reserve(record, within: limits) }
    }

    package func obstacle(to record: StackRecord, within limits: ReservationLimits) async throws -> ReservationRefusal? {
        try await perform(.read) { try await base.obstacle(to: record, within: limits) }
    }

    package func record(idempotencyKey: String) async throws -> StackRecord? {
        try await perform(.read) { try await base.record(idempotencyKey: idempotencyKey) }
    }

    package func changePort(of id: StackID, owner: String, from old: Int, to new: Int, at now: Date) async throws {
        try await perform(.changePort) { try await base.changePort(of: id, owner: owner, from: old, to: new, at: now) }
    }

    package func fail(_ id: StackID, failure: StackFailure, expiresAt: Date, at now: Date) async throws {
        try await perform(.fail) { try await base.fail(id, failure: failure, expiresAt: expiresAt, at: now) }
    }

    package func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) async throws -> StackRecord {
        try await perform(.activate) { try await base.activate(id, owner: owner, nodeID: nodeID, at: now) }
    }

    package func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) async throws -> StackRecord? {
        try await perform(.beginDelete) { try await base.beginDelete(id, ifUnchanged: seen, at: now) }
    }

    package func beginDelete(of owner: OwnerFilter, inNamespace namespace: String, at now: Date) async throws -> [StackID] {
        try await perform(.beginDelete) { try await base.beginDelete(of: owner, inNamespace: namespace, at: now) }
    }

    package func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) async throws -> StackRecord? {
        try await perform(.renew) { try await base.renew(id, to: expiresAt, ifUnchanged: seen, at: now) }
    }

    package func remove(_ id: StackID) async throws {
        try await perform(.remove) { try await base.remove(id) }
    }

    package func record(_ id: StackID) async throws -> StackRecord? {
        try await perform(.read) {
            if let record = unreadable.value.first(where: { $0.id == id }) { throw StoreError.unreadable(record) }
            return try await base.record(id)
        }
    }

    package func records() async throws -> StackRecords {
        try await perform(.read) { withUnreadable(try await base.records()) }
    }

    package func records(ofUser userID: Int64) async throws -> StackRecords {
        try await perform(.read) { withUnreadable(try await base.records(ofUser: userID)) }
    }

    package func installationID() async throws -> String {
        try await perform(.read) { try await base.installationID() }
    }

    package func setInstallationID(_ id: String) async throws { try await base.setInstallationID(id) }

    package func checkReadiness() async throws {
        try await perform(.checkReadiness) { try await base.checkReadiness() }
    }

    private func withUnreadable(_ read: StackRecords) -> StackRecords {
        let hidden = unreadable.value
        let records = read.records.filter { record in !hidden.contains { $0.id == record.id } }
        return StackRecords(records: records, unreadable: read.unreadable + hidden)
    }

    private func perform<Result>(_ call: Call, _ effect: () async throws -> Result) async throws -> Result {
        try await script.perform(call, \.self, effect)
    }
}
