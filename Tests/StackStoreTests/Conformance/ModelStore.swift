import FoundationEssentials
import Stacks

/// The store as simply as it can be said: a list, searched from end to end. Real stores are compared with it.
struct ModelStore {
    private(set) var records: [StackRecord] = []

    mutating func reserve(_ record: StackRecord, within limits: ReservationLimits) throws {
        guard record.state != .failed else { return records.append(record) }
        if let key = record.idempotency?.key, let earlier = records.first(where: { $0.idempotency?.key == key }) {
            throw ReservationRefusal.keyUsed(earlier)
        }
        if let user = record.userID {
            let own = records.filter { $0.userID == user && $0.state != .failed }
            if let existing = own.first(where: { $0.problemID == record.problemID }) { throw ReservationRefusal.stackExists(existing.id) }
            if own.count >= limits.stacksPerUser { throw ReservationRefusal.userLimitReached(count: own.count) }
        }
        if let budget = limits.budget {
            let fitsCPU = reserved.cpuMilli + record.requestedCPUMilli <= budget.cpuMilli
            let fitsMemory = reserved.memoryBytes + record.requestedMemoryBytes <= budget.memoryBytes
            guard fitsCPU, fitsMemory else { throw ReservationRefusal.overBudget(reserved: reserved) }
        }
        let taken = record.ports.map(\.nodePort).filter(isTaken)
        if !taken.isEmpty { throw ReservationRefusal.portsTaken(taken) }
        records.append(record)
    }

    mutating func changePort(of id: StackID, owner: String, from old: Int, to new: Int, at now: Date) throws {
        let index = try reservation(id, owner: owner)
        guard let position = records[index].ports.firstIndex(where: { $0.nodePort == old }) else { throw StoreError.lostReservation(id) }
        if isTaken(new) { throw ReservationRefusal.portsTaken([new]) }
        records[index].ports[position].nodePort = new
        records[index].updatedAt = now
    }

    mutating func fail(_ id: StackID, failure: StackFailure, expiresAt: Date, at now: Date) {
        guard let index = records.firstIndex(where: { $0.id == id && ($0.state == .reserved || $0.state == .deleting) }) else { return }
        records[index].state = .failed
        records[index].failure = failure
        records[index].idempotency = nil
        for position in records[index].ports.indices { records[index].ports[position].nodePort = 0 }
        records[index].expiresAt = expiresAt
        records[index].updatedAt = now
    }

    mutating func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) throws -> StackRecord {
        let index = try reservation(id, owner: owner)
        records[index].state = .active
        records[index].nodeID = nodeID
        records[index].updatedAt = now
        return records[index]
    }

    mutating func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) -> StackRecord? {
        guard let index = records.firstIndex(where: { $0.id == id }) else { return nil }
        let record = records[index]
        guard record.state == .reserved || record.state == .active else { return nil }
        guard seen.owner == record.owner, seen.state == record.state, seen.updatedAt == record.updatedAt else { return nil }
        records[index].expiresAt = expiresAt
        records[index].updatedAt = now
        return records[index]
    }

    mutating func beginDelete(of owner: OwnerFilter, inNamespace namespace: String, at now: Date) -> Set<StackID> {
        var marked: Set<StackID> = []
        for (index, record) in records.enumerated() where record.namespace == namespace {
            guard record.state == .reserved || record.state == .active else { continue }
            guard owner.userID == nil || owner.userID == record.userID else { continue }
            guard owner.problemID == nil || owner.problemID == record.problemID else { continue }
            records[index].state = .deleting
            records[index].updatedAt = now
            marked.insert(record.id)
        }
        return marked
    }

    mutating func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) -> StackRecord? {
        guard let index = records.firstIndex(where: { $0.id == id }) else { return nil }
        let record = records[index]
        if let seen, seen.owner != record.owner || seen.state != record.state || seen.updatedAt != record.updatedAt { return nil }
        if records[index].state == .reserved || records[index].state == .active {
            records[index].state = .deleting
            records[index].updatedAt = now
        }
        return records[index]
    }

    mutating func remove(_ id: StackID) {
        records.removeAll { $0.id == id && ($0.state == .deleting || $0.state == .failed) }
    }

    var reserved: ResourceAmount {
        records.filter { $0.state != .failed }.reduce(into: .zero) {
            $0 += ResourceAmount(cpuMilli: $1.requestedCPUMilli, memoryBytes: $1.requestedMemoryBytes)
        }
    }

    private func isTaken(_ nodePort: Int) -> Bool { records.contains { record in record.ports.contains { $0.nodePort == nodePort } } }

    var oldestFirst: [StackRecord] { records.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) } }

    private func reservation(_ id: StackID, owner: String) throws -> Int {
        guard let index = records.firstIndex(where: { $0.id == id && $0.owner == owner && $0.state == .reserved })
        else { throw StoreError.lostReservation(id) }
        return index
    }
}
