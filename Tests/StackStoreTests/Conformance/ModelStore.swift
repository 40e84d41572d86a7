import FoundationEssentials
import Stacks

/// The store as simply as it can be said: a list, searched from end to end. Real stores are compared with it.
struct ModelStore {
    private(set) var records: [StackRecord] = []

    mutating func reserve(_ record: StackRecord, within limits: ReservationLimits) throws {
        if let key = record.idempotency?.key, let earlier = records.first(where: { $0.idempotency?.key == key }) {
            throw ReservationRefusal.keyUsed(earlier)
        }
        let own = records.filter { $0.userID == record.userID }
        if let existing = own.first(where: { $0.problemID == record.problemID }) { throw ReservationRefusal.stackExists(existing.id) }
        if own.count >= limits.stacksPerUser { throw ReservationRefusal.userLimitReached(count: own.count) }
        if let budget = limits.budget {
            let fitsCPU = reserved.cpuMilli + record.requestedCPUMilli <= budget.cpuMilli
            let fitsMemory = reserved.memoryBytes + record.requestedMemoryBytes <= budget.memoryBytes
            guard fitsCPU, fitsMemory else { throw ReservationRefusal.overBudget(reserved: reserved) }
        }
        if records.contains(where: { $0.nodePort == record.nodePort }) { throw ReservationRefusal.portTaken }
        records.append(record)
    }

    mutating func changePort(of id: StackID, owner: String, to nodePort: Int, at now: Date) throws {
        let index = try reservation(id, owner: owner)
        if records.contains(where: { $0.nodePort == nodePort }) { throw ReservationRefusal.portTaken }
        records[index].nodePort = nodePort
        records[index].updatedAt = now
    }

    mutating func activate(_ id: StackID, owner: String, nodeID: String, at now: Date) throws -> StackRecord {
        let index = try reservation(id, owner: owner)
        records[index].state = .active
        records[index].nodeID = nodeID
        records[index].updatedAt = now
        return records[index]
    }

    mutating func beginDelete(_ id: StackID, ifUnchanged seen: StackRecord?, at now: Date) -> StackRecord? {
        guard let index = records.firstIndex(where: { $0.id == id }) else { return nil }
        let record = records[index]
        if let seen, seen.owner != record.owner || seen.state != record.state || seen.updatedAt != record.updatedAt { return nil }
        if records[index].state != .deleting {
            records[index].state = .deleting
            records[index].updatedAt = now
        }
        return records[index]
    }

    mutating func remove(_ id: StackID) {
        records.removeAll { $0.id == id && $0.state == .deleting }
    }

    var reserved: ResourceAmount {
        records.reduce(into: .zero) { $0 += ResourceAmount(cpuMilli: $1.requestedCPUMilli, memoryBytes: $1.requestedMemoryBytes) }
    }

    var oldestFirst: [StackRecord] { records.sorted { ($0.createdAt, $0.id.description) < ($1.createdAt, $1.id.description) } }

    private func reservation(_ id: StackID, owner: String) throws -> Int {
        guard let index = records.firstIndex(where: { $0.id == id && $0.owner == owner && $0.state == .reserved })
        else { throw StoreError.lostReservation(id) }
        return index
    }
}
