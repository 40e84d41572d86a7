import GRDB
import Stacks

/// The conditions of a reservation, checked inside the transaction that writes it.
enum Reservation {
    static func check(_ record: StackRecord, within limits: ReservationLimits, in database: Database) throws {
        // A copy of a failed create: it holds nothing.
        guard record.state != .failed else { return }
        if let key = record.idempotency?.key {
            let earlier = try StackRow.first(StackRow.filter(StackRow.Columns.idempotencyKey == key), in: database)
            if let earlier { throw ReservationRefusal.keyUsed(try earlier.record(in: database)) }
        }
        if let owner = record.user { try check(owner, within: limits, in: database) }

        try checkBudget(record, within: limits, in: database)

        let taken = try record.nodePorts.filter { try PortRow.isTaken($0, in: database) }
        guard taken.isEmpty else { throw ReservationRefusal.portsTaken(taken) }
    }

    private static func check(_ owner: StackRecord.Owner, within limits: ReservationLimits, in database: Database) throws {
        let ofUser = StackRow.holding.filter(StackRow.Columns.userID == owner.userID)
        let existing = try StackRow.first(ofUser.filter(StackRow.Columns.problemID == owner.problemID), in: database)
        if let existing { throw ReservationRefusal.stackExists(try existing.id) }

        let count = try ofUser.fetchCount(database)
        guard count < limits.stacksPerUser else { throw ReservationRefusal.userLimitReached(count: count) }
    }

    private static func checkBudget(_ record: StackRecord, within limits: ReservationLimits, in database: Database) throws {
        guard let totals = try Row.fetchOne(database, sql: "SELECT cpu_milli, memory_bytes FROM totals") else {
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
