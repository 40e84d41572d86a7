import DynamoDB
import FoundationEssentials
import PodPolicy
import Stacks

extension StackRecord {
    /// The row of this stack. Times are microseconds since 1970.
    var item: DynamoDB.Item {
        var item: DynamoDB.Item = [
            Attribute.stackID: .s(id.description),
            Attribute.userID: .n(String(userID)),
            Attribute.problemID: .n(String(problemID)),
            Attribute.state: .s(state.rawValue),
            Attribute.owner: .s(owner),
            Attribute.namespace: .s(namespace),
            Attribute.podSpec: .s(podSpec),
            Attribute.containerPort: .n(String(port.containerPort)),
            Attribute.transport: .s(port.protocol.rawValue),
            Attribute.nodePort: .n(String(nodePort)),
            Attribute.cpuMilli: .n(String(requestedCPUMilli)),
            Attribute.memoryBytes: .n(String(requestedMemoryBytes)),
            Attribute.createdAt: .n(String(createdAt.microseconds)),
            Attribute.updatedAt: .n(String(updatedAt.microseconds)),
            Attribute.expiresAt: .n(String(expiresAt.microseconds)),
        ]
        item[Attribute.idempotencyKey] = idempotency.map { .s($0.key) }
        item[Attribute.requestDigest] = idempotency.map { .s($0.digest) }
        item[Attribute.portName] = port.name.map { .s($0) }
        item[Attribute.nodeID] = nodeID.map { .s($0) }
        return item.merging(ItemKey.stack(id)) { own, _ in own }
    }

    /// - Throws: ``StoreError/unreadable(_:)`` if an attribute is missing or out of range.
    init(_ item: DynamoDB.Item) throws {
        let row = ItemReader(item)
        do {
            try self.init(row)
        } catch StoreError.unavailable(let reason) {
            throw StoreError.unreadable(UnreadableRecord(id: row.optionalText(Attribute.sortKey).flatMap { StackID($0) }, reason: reason))
        }
    }

    private init(_ row: ItemReader) throws {
        let idempotencyKey = try row.textIfPresent(Attribute.idempotencyKey)
        let digest = try row.textIfPresent(Attribute.requestDigest)
        guard (idempotencyKey == nil) == (digest == nil) else {
            throw row.unreadable("of \(Attribute.idempotencyKey) and \(Attribute.requestDigest) there is only one")
        }
        self.init(
            id: try row.value(Attribute.stackID) { StackID($0) },
            userID: try row.integer(Attribute.userID),
            problemID: try row.integer(Attribute.problemID),
            state: try row.value(Attribute.state) { State(rawValue: $0) },
            owner: try row.text(Attribute.owner),
            idempotency: idempotencyKey.flatMap { key in digest.map { Idempotency(key: key, digest: $0) } },
            namespace: try row.text(Attribute.namespace),
            podSpec: try row.text(Attribute.podSpec),
            port: ExposedPort(
                containerPort: try row.integer(Attribute.containerPort),
                protocol: try row.value(Attribute.transport) { TransportProtocol(rawValue: $0) },
                name: try row.textIfPresent(Attribute.portName)
            ),
            nodePort: try row.integer(Attribute.nodePort),
            nodeID: try row.textIfPresent(Attribute.nodeID),
            requestedCPUMilli: try row.integer(Attribute.cpuMilli),
            requestedMemoryBytes: try row.integer(Attribute.memoryBytes),
            createdAt: Date(microseconds: try row.integer(Attribute.createdAt)),
            updatedAt: Date(microseconds: try row.integer(Attribute.updatedAt)),
            expiresAt: Date(microseconds: try row.integer(Attribute.expiresAt))
        )
        // Reads by id would miss a row under another key, and its Pod would count as an orphan.
        guard row.key == ItemKey.stack(id) else { throw row.unreadable("\(Attribute.stackID) is \(id)") }
        if let flaw { throw row.unreadable(flaw) }
    }
}

/// A typed reader of an item's attributes.
struct ItemReader {
    private let item: DynamoDB.Item

    init(_ item: DynamoDB.Item) {
        self.item = item
    }

    func optionalText(_ name: String) -> String? {
        guard case .s(let text) = item[name] else { return nil }
        return text
    }

    /// Partition key and sort key.
    var key: DynamoDB.Item { item.filter { $0.key == Attribute.partitionKey || $0.key == Attribute.sortKey } }

    /// Returns the text; nil if there is no such attribute. An attribute of another type is an error.
    func textIfPresent(_ name: String) throws -> String? {
        item[name] == nil ? nil : try text(name)
    }

    func text(_ name: String) throws -> String {
        guard let text = optionalText(name) else { throw unreadable(attribute: name) }
        return text
    }

    /// Parses a text attribute.
    func value<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value {
        guard let value = parse(try text(name)) else { throw unreadable(attribute: name) }
        return value
    }

    func integer<Number: FixedWidthInteger>(_ name: String) throws -> Number {
        guard case .n(let digits) = item[name], let number = Number(digits) else { throw unreadable(attribute: name) }
        return number
    }

    private func unreadable(attribute name: String) -> StoreError {
        // The value may be long, as a Pod spec is.
        let found = item[name].map { "is \(String("\($0)".prefix(100)))" } ?? "is missing"
        return unreadable("\(name) \(found)")
    }

    /// Returns an error that names the item and the defect.
    func unreadable(_ what: String) -> StoreError {
        let partition = optionalText(Attribute.partitionKey) ?? "?"
        let sort = optionalText(Attribute.sortKey) ?? "?"
        return .unavailable("item \(partition) / \(sort) cannot be read: \(what)")
    }
}
