import DynamoDB
import FoundationEssentials
import PodPolicy
import Stacks

extension StackRecord {
    /// The row of this stack. Times are microseconds since 1970.
    ///
    /// A stack with one port and an owner is written as in earlier versions, so that replicas of an earlier version can serve it during an
    /// upgrade. They find every other stack unreadable and leave it alone.
    var item: DynamoDB.Item {
        var item: DynamoDB.Item = [
            Attribute.stackID: .s(id.description),
            Attribute.state: .s(state.rawValue),
            Attribute.owner: .s(owner),
            Attribute.namespace: .s(namespace),
            Attribute.podSpec: .s(podSpec),
            Attribute.egress: .s(egress.rawValue),
            Attribute.cpuMilli: .n(String(requestedCPUMilli)),
            Attribute.memoryBytes: .n(String(requestedMemoryBytes)),
            Attribute.createdAt: .n(String(createdAt.microseconds)),
            Attribute.updatedAt: .n(String(updatedAt.microseconds)),
            Attribute.expiresAt: .n(String(expiresAt.microseconds)),
        ]
        item[Attribute.userID] = userID.map { .n(String($0)) }
        item[Attribute.problemID] = problemID.map { .n(String($0)) }
        item[Attribute.idempotencyKey] = idempotency.map { .s($0.key) }
        item[Attribute.requestDigest] = idempotency.map { .s($0.digest) }
        item[Attribute.failureReason] = failure.map { .s($0.reason) }
        item[Attribute.failureMessage] = failure.map { .s($0.message) }
        item[Attribute.nodeID] = nodeID.map { .s($0) }
        if ports.count == 1, let port = ports.first {
            item.merge(port.attributes) { own, _ in own }
        } else {
            item[Attribute.ports] = portList
        }
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
        let failureReason = try row.textIfPresent(Attribute.failureReason)
        let failureMessage = try row.textIfPresent(Attribute.failureMessage)
        guard (failureReason == nil) == (failureMessage == nil) else {
            throw row.unreadable("of \(Attribute.failureReason) and \(Attribute.failureMessage) there is only one")
        }
        self.init(
            id: try row.value(Attribute.stackID) { StackID($0) },
            userID: try row.integerIfPresent(Attribute.userID),
            problemID: try row.integerIfPresent(Attribute.problemID),
            state: try row.value(Attribute.state) { State(rawValue: $0) },
            owner: try row.text(Attribute.owner),
            idempotency: idempotencyKey.flatMap { key in digest.map { Idempotency(key: key, digest: $0) } },
            namespace: try row.text(Attribute.namespace),
            podSpec: try row.text(Attribute.podSpec),
            ports: try row.maps(Attribute.ports)?.map { try PortMapping($0) } ?? [try PortMapping(row)],
            // Rows of earlier versions have none.
            egress: try row.textIfPresent(Attribute.egress) == nil ? .none : try row.value(Attribute.egress) { Egress(rawValue: $0) },
            failure: failureReason.flatMap { reason in failureMessage.map { StackFailure(reason: reason, message: $0) } },
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

    /// The attribute ``Attribute/ports`` of a stack with several ports.
    var portList: DynamoDB.AttributeValue { .l(ports.map { .m($0.attributes) }) }
}

extension PortMapping {
    /// The attributes of the port: in the row itself if it is the only one, else in an element of its list.
    var attributes: DynamoDB.Item {
        var attributes: DynamoDB.Item = [
            Attribute.containerPort: .n(String(exposed.containerPort)), Attribute.transport: .s(exposed.protocol.rawValue),
        ]
        attributes[Attribute.portName] = exposed.name.map { .s($0) }
        attributes[Attribute.nodePort] = nodePort == Self.none ? nil : .n(String(nodePort))
        return attributes
    }

    fileprivate init(_ item: ItemReader) throws {
        let exposed = ExposedPort(
            containerPort: try item.integer(Attribute.containerPort),
            protocol: try item.value(Attribute.transport) { TransportProtocol(rawValue: $0) },
            name: try item.textIfPresent(Attribute.portName)
        )
        self.init(exposed, nodePort: try item.integerIfPresent(Attribute.nodePort) ?? Self.none)
    }
}

/// A typed reader of an item's attributes.
struct ItemReader {
    private let item: DynamoDB.Item
    /// The keys that error messages name, of the item itself or of the one around it.
    private let named: DynamoDB.Item

    init(_ item: DynamoDB.Item) {
        self.init(item, named: item)
    }

    private init(_ item: DynamoDB.Item, named: DynamoDB.Item) {
        self.item = item
        self.named = named
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

    /// Returns the number; nil if there is no such attribute. An attribute of another type is an error.
    func integerIfPresent<Number: FixedWidthInteger>(_ name: String) throws -> Number? {
        item[name] == nil ? nil : try integer(name)
    }

    /// Returns readers of a list of maps; nil if there is no such attribute.
    func maps(_ name: String) throws -> [ItemReader]? {
        guard let value = item[name] else { return nil }
        guard case .l(let elements) = value else { throw unreadable(attribute: name) }
        return try elements.map { element in
            guard case .m(let map) = element else { throw unreadable(attribute: name) }
            return ItemReader(map, named: named)
        }
    }

    private func unreadable(attribute name: String) -> StoreError {
        // The value may be long, as a Pod spec is.
        let found = item[name].map { "is \(String("\($0)".prefix(100)))" } ?? "is missing"
        return unreadable("\(name) \(found)")
    }

    /// Returns an error that names the item and the defect.
    func unreadable(_ what: String) -> StoreError {
        func text(_ name: String) -> String { if case .s(let text) = named[name] { text } else { "?" } }
        let (partition, sort) = (text(Attribute.partitionKey), text(Attribute.sortKey))
        return .unavailable("item \(partition) / \(sort) cannot be read: \(what)")
    }
}
