import GRDB
import Stacks

extension StackRow {
    /// Reads the row of a stack.
    /// - Throws: ``StoreError/unreadable(_:)``.
    static func find(_ id: StackID, in database: Database) throws -> StackRow? {
        try first("stack_id = ?", [id.description], in: database)
    }

    /// Reads the first row that meets a condition in SQL. Compiled once: a create asks three times.
    /// - Throws: ``StoreError/unreadable(_:)``.
    static func first(_ condition: String, _ arguments: StatementArguments, in database: Database) throws -> StackRow? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM stacks WHERE \(condition) LIMIT 1")
        return try Row.fetchOne(statement, arguments: arguments).map { try decoded($0) }
    }

    /// Reads what there is of a stack.
    static func stored(_ id: StackID, in database: Database) throws -> StoredRecord {
        do {
            guard let row = try find(id, in: database) else { return .missing }
            return .readable(try row.record(in: database))
        } catch StoreError.unreadable(let record) {
            return .unreadable(record)
        }
    }

    /// Reads every record, oldest first.
    static func all(in database: Database) throws -> StackRecords {
        try records(all().order(Columns.createdAt, Columns.stackID), in: database)
    }

    /// Reads every record of a request, row by row, so that an unreadable row does not hide the others.
    static func records(_ request: QueryInterfaceRequest<StackRow>, in database: Database) throws -> StackRecords {
        var read = StackRecords()
        let rows = try Row.fetchCursor(database, request)
        while let row = try rows.next() {
            do { read.records.append(try decoded(row).record(in: database)) } catch StoreError.unreadable(let record) {
                read.unreadable.append(record)
            }
        }
        return read
    }

    /// Decodes a row.
    /// - Throws: ``StoreError/unreadable(_:)``.
    static func decoded(_ row: Row) throws -> StackRow {
        do { return try StackRow(row: row) } catch {
            // The rest of the error's text is the whole row with its Pod spec.
            let what = "\(error)".split(separator: ", row:", maxSplits: 1).first ?? "a column has another type"
            throw unreadable(row[Columns.stackID.name] as? String, String(what.prefix(200)))
        }
    }

    static func unreadable(_ stackID: String?, _ what: String) -> StoreError {
        let name = stackID.map { "\"\($0.prefix(64))\"" } ?? "without an id"
        return .unreadable(UnreadableRecord(id: stackID.flatMap { StackID($0) }, reason: "row \(name) of stacks cannot be read: \(what)"))
    }
}
