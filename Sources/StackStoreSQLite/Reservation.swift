import GRDB
import Stacks

/// The conditions of a reservation, checked inside the transaction that writes it.
enum Reservation {
    static func check(_ record: StackRecord, within limits: ReservationLimits, in database: Database) throws {
        // A copy of a failed create: it holds nothing.
        guard record.state != .failed else { return }
        if let key = record.idempotency?.key {
            let earlier = try StackRow.first("idempotency_key = ?", [key], in: database)
            if let earlier { throw ReservationRefusal.keyUsed(try earlier.record(in: database)) }
        }
        if let owner = record.user { try check(owner, within: limits, in: database) }

        try checkBudget(record, within: limits, in: database)

        let taken = try record.nodePorts.filter { try PortRow.isTaken($0, in: database) }
        guard taken.isEmpty else { throw ReservationRefusal.portsTaken(taken) }
    }

    private static func check(_ owner: StackRecord.Owner, within limits: ReservationLimits, in database: Database) throws {
        let isHolding = "state <> '\(StackRecord.State.failed.rawValue)'"
        let existing = try StackRow.first("\(isHolding) AND user_id = ? AND problem_id = ?", [owner.userID, owner.problemID], in: database)
        if let existing { throw ReservationRefusal.stackExists(try existing.id) }

        let counting = try database.cachedStatement(sql: "SELECT COUNT(*) FROM stacks WHERE \(isHolding) AND user_id = ?")
        let count = try Int.fetchOne(counting, arguments: [owner.userID]) ?? 0
        guard count < limits.stacksPerUser else { throw ReservationRefusal.userLimitReached(count: count) }
    }

    private static func checkBudget(_ record: StackRecord, within limits: ReservationLimits, in database: Database) throws {
        let statement = try database.cachedStatement(sql: "SELECT cpu_milli, memory_bytes FROM totals")
        guard let totals = try Row.fetchOne(statement) else {
            throw StoreError.unavailable("the table totals is empty")
        }
        guard let cpuMilli = totals["cpu_milli"] as? Int64, let memoryBytes = totals["memory_bytes"] as? Int64 else {
            throw StoreError.unavailable("the row of totals cannot be read")
        }
        let reserved = ResourceAmount(cpuMilli: cpuMilli, memoryBytes: memoryBytes)
        guard let budget = limits.budget, !budget.covers(reserved + record.requested) else { return }
        throw ReservationRefusal.overBudget(reserved: reserved)
    }
}
