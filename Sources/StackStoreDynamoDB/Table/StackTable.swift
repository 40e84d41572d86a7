package import DynamoDB
import FoundationEssentials

/// The table of a ``DynamoDBStackStore``: makes it, and says what is wrong with it.
package struct StackTable: Sendable {
    let client: DynamoDB
    /// The table's name.
    package let name: String
    let pause: @Sendable (Duration) async throws -> Void

    /// - Parameter pause: waits; tests inject their clock here.
    package init(
        client: DynamoDB,
        name: String,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.name = name
        self.pause = pause
    }

    /// Something that is not as the store needs it.
    package enum Finding: Sendable, Equatable {
        case missing
        /// Being created, or being deleted: the state in DynamoDB's word.
        case notActive(String)
        /// The keys as they are, such as `id (N, HASH)`.
        case wrongKeys(String)
        /// Signs of life of replicas that died would stay for ever. The store works all the same.
        case noTimeToLive
        /// Its items are of a later version of this program: the version as it stands in the table.
        case newer(String)
        /// Its items are those of the system that this one replaces.
        case predecessor
    }

    /// How items are written and read; a table says of itself which version that is. One without it is of the first.
    static let version = 1

    /// Everything that is wrong with the table; empty when all is well.
    /// - Throws: `DynamoDBError` when it cannot be described.
    package func findings() async throws -> [Finding] {
        let obstacles = try await obstacles()
        guard obstacles.isEmpty else { return obstacles }
        return try await foreignItems() + (hasTimeToLive() ? [] : [.noTimeToLive])
    }

    /// What a service cannot work with, as DescribeTable alone tells it.
    private func obstacles() async throws -> [Finding] {
        guard let table = try await description() else { return [.missing] }
        var findings: [Finding] = []
        if let status = table.tableStatus, ![.active, .updating].contains(status) { findings.append(.notActive(status.rawValue)) }
        let keys = Self.keys(of: table)
        if keys != Self.expectedKeys { findings.append(.wrongKeys(keys.joined(separator: ", "))) }
        return findings
    }

    /// What ``create()`` has done.
    package enum Step: Sendable, Equatable {
        case created
        case timeToLiveEnabled
    }

    /// Makes what is missing, and waits until the table can be used. Repeats safely.
    /// - Returns: what was done; nothing when everything was there.
    /// - Throws: ``StackTableError`` when a table of this name has other keys or is not active in time; `DynamoDBError`.
    package func create() async throws -> [Step] {
        var steps: [Step] = []
        if try await description() == nil {
            do {
                _ = try await client.createTable(
                    DynamoDB.CreateTableInput(
                        attributeDefinitions: [
                            DynamoDB.AttributeDefinition(attributeName: Attribute.partitionKey, attributeType: .s),
                            DynamoDB.AttributeDefinition(attributeName: Attribute.sortKey, attributeType: .s),
                        ],
                        billingMode: .payPerRequest,
                        keySchema: [
                            DynamoDB.KeySchemaElement(attributeName: Attribute.partitionKey, keyType: .hash),
                            DynamoDB.KeySchemaElement(attributeName: Attribute.sortKey, keyType: .range),
                        ],
                        tableName: name
                    )
                )
                steps.append(.created)
            } catch let error as DynamoDBError where error.code == .resourceInUse { /* another was faster */  }
        }
        try await waitUntilActive()
        if !steps.contains(.created) { try await refuseForeignItems() }
        if try await !hasTimeToLive() {
            _ = try await client.updateTimeToLive(
                DynamoDB.UpdateTimeToLiveInput(
                    tableName: name,
                    timeToLiveSpecification: DynamoDB.TimeToLiveSpecification(attributeName: Attribute.timeToLive, enabled: true)
                )
            )
            steps.append(.timeToLiveEnabled)
        }
        return steps
    }

    /// A table that is being created is active after some seconds.
    private func waitUntilActive() async throws {
        for _ in 0..<120 {
            let obstacles = try await obstacles()
            let isOnTheWay = obstacles.contains { $0 == .missing || $0 == .notActive(DynamoDB.TableStatus.creating.rawValue) }
            guard isOnTheWay else { return try refuse(obstacles) }
            try await pause(.seconds(1))
        }
        throw StackTableError(message: "table \(name) is still not active after two minutes")
    }

    /// Whether a service can work with the table. Asks for no more rights than a replica has.
    /// - Throws: ``StackTableError``, which says what to run; `DynamoDBError`.
    package func checkBeforeUse() async throws {
        try refuse(try await obstacles())
        try await refuseForeignItems()
    }

    /// Whether the items in the table are of this system, and of a version that this program reads: one BatchGetItem.
    /// - Throws: ``StackTableError``; `DynamoDBError`.
    package func refuseForeignItems() async throws {
        try refuse(try await foreignItems())
    }

    private func foreignItems() async throws -> [Finding] {
        let keys = DynamoDB.KeysAndAttributes(consistentRead: true, keys: [ItemKey.meta, ItemKey.predecessor])
        let answer: DynamoDB.BatchGetItemOutput
        do { answer = try await client.batchGetItem(DynamoDB.BatchGetItemInput(requestItems: [name: keys])) } catch let error
            as DynamoDBError where error.code == .accessDenied
        {
            // Whoever only makes tables may not read them; a replica without the right learns it from its next read.
            return []
        }
        return (answer.responses?[name] ?? []).compactMap { item in
            let reader = ItemReader(item)
            if reader.key == ItemKey.predecessor { return .predecessor }
            guard let found = item[Attribute.version] else { return nil }
            if case .n(let digits) = found, let version = Int(digits), version <= Self.version { return nil }
            if case .n(let digits) = found { return .newer(digits) }
            return .newer("\(found)")
        }
    }

    private func refuse(_ findings: [Finding]) throws {
        guard !findings.isEmpty else { return }
        throw StackTableError(message: findings.map { explain($0) }.joined(separator: "; "))
    }

    /// A finding in a sentence, with what to do about it.
    package func explain(_ finding: Finding) -> String {
        switch finding {
        case .missing:
            "table \(name) does not exist; create it with: \(Self.createCommand(name))"
        case .notActive(let status):
            "table \(name) is \(status); wait until it is ACTIVE"
        case .wrongKeys(let found):
            "table \(name) has the keys \(found); it needs \(Self.expectedKeys.joined(separator: ", ")). "
                + "Keys cannot be changed: choose another name in DDB_STACK_TABLE and create it with: \(Self.createCommand("NAME"))"
        case .newer(let version):
            "table \(name) was written by a newer version of this program (its version is \(version), this program reads \(Self.version)); "
                + "run that version, or choose another name in DDB_STACK_TABLE"
        case .predecessor:
            "table \(name) is a table of the system that this one replaces (it has the item GLOBAL / RESOURCES); "
                + "choose another name in DDB_STACK_TABLE and create it with: \(Self.createCommand("NAME"))"
        case .noTimeToLive:
            "table \(name) has no time to live on the attribute \(Attribute.timeToLive); enable it with: \(Self.createCommand(name))"
        }
    }

    static func createCommand(_ name: String) -> String { "DDB_STACK_TABLE=\(name) provisioner table create" }

    func description() async throws -> DynamoDB.TableDescription? {
        do {
            return try await client.describeTable(DynamoDB.DescribeTableInput(tableName: name)).table
        } catch let error as DynamoDBError where error.code == .resourceNotFound { return nil }
    }

    private func hasTimeToLive() async throws -> Bool {
        let found = try await client.describeTimeToLive(DynamoDB.DescribeTimeToLiveInput(tableName: name)).timeToLiveDescription
        let isOn = found?.timeToLiveStatus?.rawValue.hasPrefix("ENABL") == true
        return isOn && found?.attributeName == Attribute.timeToLive
    }

    private static let expectedKeys = ["pk (S, HASH)", "sk (S, RANGE)"]

    private static func keys(of table: DynamoDB.TableDescription) -> [String] {
        (table.keySchema ?? []).map { element in
            let type = table.attributeDefinitions?.first { $0.attributeName == element.attributeName }?.attributeType.rawValue ?? "?"
            return "\(element.attributeName) (\(type), \(element.keyType.rawValue))"
        }
    }
}

/// Why the table cannot be used, and what to run.
package struct StackTableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One or more sentences for the operator.
    package var message: String
    /// The message.
    package var description: String { message }
}
