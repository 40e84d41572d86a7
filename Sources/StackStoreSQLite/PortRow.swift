import GRDB
import PodPolicy
import Stacks

/// The rows of the table `ports`.
enum PortRow {
    /// Writes the ports of a record, in its order.
    static func insert(_ record: StackRecord, in database: Database) throws {
        let statement = try database.cachedStatement(sql: "INSERT INTO ports VALUES (?, ?, ?, ?, ?, ?)")
        for (position, port) in record.ports.enumerated() {
            let nodePort = port.nodePort == PortMapping.none ? nil : port.nodePort
            try statement.execute(arguments: [
                record.id.description, position, port.exposed.containerPort, port.exposed.protocol.rawValue, port.exposed.name, nodePort,
            ])
        }
    }

    /// Reads the ports of a stack, in their order.
    static func all(of stackID: String, in database: Database) throws -> [Row] {
        let sql = "SELECT container_port, protocol, name, node_port FROM ports WHERE stack_id = ? ORDER BY position"
        return try Row.fetchAll(try database.cachedStatement(sql: sql), arguments: [stackID])
    }

    /// Returns true if a stack has the NodePort.
    static func isTaken(_ nodePort: Int, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM ports WHERE node_port = ?")
        return try Row.fetchOne(statement, arguments: [nodePort]) != nil
    }

    /// - Throws: ``StoreError/unreadable(_:)``.
    static func mapping(_ row: Row, of stackID: String) throws -> PortMapping {
        func unreadable(_ what: String) -> StoreError { StackRow.unreadable(stackID, what) }
        func number(_ name: String) throws -> Int {
            guard let value = row[name] as? Int64, let number = Int(exactly: value) else { throw unreadable("\(name) is no integer") }
            return number
        }
        guard let word = row["protocol"] as? String, let transport = TransportProtocol(rawValue: word) else {
            let found = (row["protocol"] as? String).map { "\"\($0.prefix(100))\"" } ?? "no text"
            throw unreadable("protocol is \(found)")
        }
        let held: (any DatabaseValueConvertible)? = row["node_port"]
        let nodePort = held == nil ? PortMapping.none : try number("node_port")
        let exposed = ExposedPort(
            containerPort: try number("container_port"),
            protocol: transport,
            name: row["name"] as? String
        )
        return PortMapping(exposed, nodePort: nodePort)
    }
}
