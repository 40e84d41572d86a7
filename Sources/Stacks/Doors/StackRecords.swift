import FoundationEssentials
import PodPolicy

/// The records of a query, with the unreadable ones listed apart so that they do not hide the others.
package struct StackRecords: Sendable, Equatable {
    package var records: [StackRecord]
    package var unreadable: [UnreadableRecord]

    package init(records: [StackRecord] = [], unreadable: [UnreadableRecord] = []) {
        self.records = records
        self.unreadable = unreadable
    }

    /// The ids of all records; nil if the id of an unreadable record is unknown, since the store may then hold any id.
    package var ids: Set<StackID>? {
        var ids = Set(records.map(\.id))
        for record in unreadable {
            guard let id = record.id else { return nil }
            ids.insert(id)
        }
        return ids
    }
}

/// A record that this version cannot read: damaged, or written by a later version.
package struct UnreadableRecord: Sendable, Equatable, CustomStringConvertible {
    /// The id; nil if it is unreadable too.
    package var id: StackID?
    /// A sentence for the operator with the place of the record and the defect.
    package var reason: String

    package init(id: StackID?, reason: String) {
        self.id = id
        self.reason = reason
    }

    package var description: String { reason }
}

extension StackRecord {
    /// The name and value of an attribute out of range; nil for a valid record. Stores check each record that they read with `flaw`.
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
    /// The valid range of stored times, in microseconds since 1970: to the end of the year 9999.
    package static let times: ClosedRange<Int64> = 0...253_402_300_799_999_999
}
