import FoundationEssentials
import PodPolicy

/// What a store answers when it is asked for many records: one that cannot be read hides none of the others.
package struct StackRecords: Sendable, Equatable {
    package var records: [StackRecord]
    package var unreadable: [UnreadableRecord]

    package init(records: [StackRecord] = [], unreadable: [UnreadableRecord] = []) {
        self.records = records
        self.unreadable = unreadable
    }

    /// The ids that are known to be in the store; nil when one of them cannot be read, so that any id might be.
    package var ids: Set<StackID>? {
        var ids = Set(records.map(\.id))
        for record in unreadable {
            guard let id = record.id else { return nil }
            ids.insert(id)
        }
        return ids
    }
}

/// A record that no version of this program writes, or a later one than this.
package struct UnreadableRecord: Sendable, Equatable, CustomStringConvertible {
    /// nil when not even the id can be read.
    package var id: StackID?
    /// One sentence for the operator: where the record is, and what is wrong with it.
    package var reason: String

    package init(id: StackID?, reason: String) {
        self.id = id
        self.reason = reason
    }

    package var description: String { reason }
}

extension StackRecord {
    /// The attribute that holds what no version of this program writes, with the value; nil when there is none. Whoever reads a record
    /// from a database asks before it believes in it.
    package var flaw: String? {
        if userID <= 0 { return "user_id is \(userID)" }
        if problemID <= 0 { return "problem_id is \(problemID)" }
        if !Self.ports.contains(port.containerPort) { return "container_port is \(port.containerPort)" }
        if !Self.ports.contains(nodePort) { return "node_port is \(nodePort)" }
        if requestedCPUMilli < 0 { return "cpu_milli is \(requestedCPUMilli)" }
        if requestedMemoryBytes < 0 { return "memory_bytes is \(requestedMemoryBytes)" }
        if let nodeID, !Grammar.isDNSSubdomain(nodeID) { return "node_id is \"\(nodeID)\"" }
        for (name, date) in [("created_at", createdAt), ("updated_at", updatedAt), ("expires_at", expiresAt)] {
            if !Self.times.contains(date.microseconds) { return "\(name) is \(date.microseconds) microseconds since 1970" }
        }
        return nil
    }

    private static let ports = 1...65535
    /// What a time in a database may be: microseconds from the year 1970 to the end of the year 9999.
    package static let times: ClosedRange<Int64> = 0...253_402_300_799_999_999
}
