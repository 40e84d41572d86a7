import GRDB
import Stacks

/// The conditions of a reservation, checked inside the transaction that writes it.
enum Reservation {
    static func check(_ record: StackRecord, within limits: ReservationLimits, in database: Database) throws {
        if let key = record.idempotency?.key {
            let earlier = try StackRow.first(StackRow.filter(StackRow.Columns.idempotencyKey == key), in: database)
            if let earlier { throw ReservationRefusal.keyUsed(try earlier.record()) }
        }
        let ofUser = StackRow.filter(StackRow.Columns.userID == record.userID)
        let existing = try StackRow.first(ofUser.filter(StackRow.Columns.problemID == record.problemID), in: database)
        if let existing { throw ReservationRefusal.stackExists(try existing.id) }

        let count = try ofUser.fetchCount(database)
        guard count < limits.stacksPerUser else { throw ReservationRefusal.userLimitReached(count: count) }

        try checkBudget(record, within: limits, in: database)

        let isPortFree = try StackRow.filter(StackRow.Columns.nodePort == record.nodePort).isEmpty(database)
        guard isPortFree else { throw ReservationRefusal.portTaken }
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
