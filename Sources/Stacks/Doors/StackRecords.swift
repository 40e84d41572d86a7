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
        if let userID, userID <= 0 { return "user_id is \(userID)" }
        if let problemID, problemID <= 0 { return "problem_id is \(problemID)" }
        if (userID == nil) != (problemID == nil) { return "of user_id and problem_id there is only one" }
        if let flaw = flawOfPorts { return flaw }
        if (failure == nil) == (state == .failed) { return "failure_reason \(failure == nil ? "is missing" : "belongs to another state")" }
        if requestedCPUMilli < 0 { return "cpu_milli is \(requestedCPUMilli)" }
        if requestedMemoryBytes < 0 { return "memory_bytes is \(requestedMemoryBytes)" }
        if let nodeID, !Grammar.isDNSSubdomain(nodeID) { return "node_id is \"\(nodeID)\"" }
        for (name, date) in [("created_at", createdAt), ("updated_at", updatedAt), ("expires_at", expiresAt)] {
            if !Self.times.contains(date.microseconds) { return "\(name) is \(date.microseconds) microseconds since 1970" }
        }
        return nil
    }

    /// A port twice would make one transaction write an item twice.
    private var flawOfPorts: String? {
        guard (1...Self.maximumPorts).contains(ports.count) else { return "the number of ports is \(ports.count)" }
        for (index, port) in ports.enumerated() {
            let exposed = port.exposed
            if !Self.validPorts.contains(exposed.containerPort) { return "container_port is \(exposed.containerPort)" }
            let isFree = port.nodePort == PortMapping.none
            let isValid = state == .failed ? isFree : Self.validPorts.contains(port.nodePort)
            if !isValid { return "node_port is \(port.nodePort)" }
            for earlier in ports[..<index] {
                if earlier.exposed.containerPort == exposed.containerPort, earlier.exposed.protocol == exposed.protocol {
                    return "container_port \(exposed.containerPort) (\(exposed.protocol.rawValue)) stands twice"
                }
                if earlier.nodePort == port.nodePort, !isFree { return "node_port \(port.nodePort) stands twice" }
            }
        }
        return nil
    }

    private static let validPorts = 1...65535
    /// The valid range of stored times, in microseconds since 1970: to the end of the year 9999.
    package static let times: ClosedRange<Int64> = 0...253_402_300_799_999_999
}
