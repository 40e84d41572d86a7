import FoundationEssentials
import Logging

extension Reconciler {
    /// What the watches say of a record's objects, judged.
    func needed(for record: StackRecord) -> Repair? {
        let cluster = service.cluster
        return Repair.needed(
            for: record,
            observed: Repair.Observed(
                hasPod: cluster.pod(of: record.id) != nil,
                hasService: cluster.hasService(of: record.id),
                nodeExists: record.nodeID.map { cluster.node(named: $0) != nil } ?? true
            ),
            now: service.now(),
            ownership: Repair.Ownership(
                owner: service.owner,
                isExclusive: service.store.isExclusive,
                lockTTL: service.settings.portLockTTL.timeInterval
            )
        )
    }

    /// Looks at one stack again, alone with it, and does what it needs.
    func repair(_ id: StackID) async throws -> Outcome {
        guard service.cluster.isSynced else { return .nothingToDo }
        let outcome = try await service.locks.withLockIfFree(id) { () -> Outcome in
            guard let record = try await service.store.record(id) else { return try await removeOrphan(id) }
            guard let repair = needed(for: record) else { return .nothingToDo }
            if repair == .objectMissing {
                // The watch may lag behind a create: only the API server's own word ends a stack.
                let present = try await service.cluster.objectsExist(id)
                if present.pod && present.service { return .nothingToDo }
            }
            return try await remove(id, because: repair)
        }
        return outcome ?? .nothingToDo
    }

    /// A Pod that takes its grace period is left alone after a short wait: the watch reports its end, and that ends the deletion.
    private func remove(_ id: StackID, because repair: Repair) async throws -> Outcome {
        guard let record = try await service.store.beginDelete(id, at: service.timestamp) else { return .nothingToDo }
        guard try await service.tearDown(record, timeout: .seconds(2)) else { return .pending }
        logger.info(
            "stack removed",
            metadata: ["stack_id": "\(id)", "cause": "\(repair.rawValue)", "node_port": "\(record.nodePort)"]
        )
        return .repaired(repair)
    }

    private func removeOrphan(_ id: StackID) async throws -> Outcome {
        guard service.cluster.pod(of: id) != nil || service.cluster.hasService(of: id) else { return .nothingToDo }
        try await service.cluster.deleteService(of: id)
        try await service.cluster.deletePod(of: id)
        logger.notice("objects without a record removed", metadata: ["stack_id": "\(id)"])
        return .repaired(.orphan)
    }
}
