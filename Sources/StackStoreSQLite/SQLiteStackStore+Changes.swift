package import FoundationEssentials
import GRDB
package import Stacks

extension SQLiteStackStore {
    package func beginDelete(of owner: OwnerFilter, inNamespace namespace: String, at now: Date) async throws -> [StackID] {
        try await writeStacks { database in
            var request = StackRow.all()
            if let userID = owner.userID { request = request.filter(StackRow.Columns.userID == userID) }
            if let problemID = owner.problemID { request = request.filter(StackRow.Columns.problemID == problemID) }
            let records = try StackRow.records(request, in: database).records
            let marked = records.filter { $0.namespace == namespace && $0.isLive }.map(\.id)
            for id in marked { try mark(id, at: now, in: database) }
            return (marked, marked)
        }
    }

    package func renew(_ id: StackID, to expiresAt: Date, ifUnchanged seen: StackRecord, at now: Date) async throws -> StackRecord? {
        try await write(id) { database in
            guard seen.isLive, var row = try StackRow.find(id, in: database) else { return nil }
            guard try row.record(in: database).isUnchanged(since: seen) else { return nil }
            row.expiresAt = expiresAt.microseconds
            row.updatedAt = now.microseconds
            try row.update(database)
            return try row.record(in: database)
        }
    }
}

private func mark(_ id: StackID, at now: Date, in database: Database) throws {
    try database.execute(
        sql: "UPDATE stacks SET state = ?, updated_at = ? WHERE stack_id = ?",
        arguments: [StackRecord.State.deleting.rawValue, now.microseconds, id.description]
    )
}
