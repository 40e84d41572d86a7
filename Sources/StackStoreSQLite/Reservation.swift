import GRDB
import Stacks

/// The conditions of a reservation, tested inside the transaction that writes it.
enum Reservation {
    static func check(_ record: StackRecord, within limits: ReservationLimits, in database: Database) throws {
        if let key = record.idempotency?.key {
            let earlier = try StackRow.filter(StackRow.Columns.idempotencyKey == key).fetchOne(database)
            if let earlier { throw ReservationRefusal.keyUsed(try earlier.record()) }
        }
        let ofUser = StackRow.filter(StackRow.Columns.userID == record.userID)
        let existing = try ofUser.filter(StackRow.Columns.problemID == record.problemID).fetchOne(database)
        if let existing { throw ReservationRefusal.stackExists(try existing.record().id) }

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
        let reserved = ResourceAmount(cpuMilli: totals["cpu_milli"], memoryBytes: totals["memory_bytes"])
        guard let budget = limits.budget, !budget.covers(reserved + record.requested) else { return }
        throw ReservationRefusal.overBudget(reserved: reserved)
    }
}
