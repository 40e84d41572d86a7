package import DynamoDB
import FoundationEssentials

/// The table of a ``DynamoDBStackStore``: its creation and its checks.
package struct StackTable: Sendable {
    let client: DynamoDB
    package let name: String
    let pause: @Sendable (Duration) async throws -> Void

    /// - Parameter pause: waits; tests inject their clock.
    package init(
        client: DynamoDB,
        name: String,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.client = client
        self.name = name
        self.pause = pause
    }

    /// An issue of the table.
    package enum Finding: Sendable, Equatable {
        case missing
        /// The table status is not `ACTIVE`; the value is the status.
        case notActive(String)
        /// The actual keys, such as `id (N, HASH)`.
        case wrongKeys(String)
        /// Time to live is off, so heartbeats of dead replicas stay forever. The store works all the same.
        case noTimeToLive
        /// A later version wrote the table; the value is the version in the table.
        case newer(String)
        /// The system that this one replaces wrote the table.
        case predecessor
    }

    /// The version of the items. A table without a version has version 1; version 2 has stacks with several ports, without an owner, and in
    /// state `failed`. A program of version 1 would neither show nor remove these, so it must not start on such a table.
    static let version = 2

    /// Returns every issue of the table; empty if there is none.
    /// - Throws: `DynamoDBError` if the table cannot be described.
    package func findings() async throws -> [Finding] {
        let obstacles = try await obstacles()
        guard obstacles.isEmpty else { return obstacles }
        return try await foreignItems() + (hasTimeToLive() ? [] : [.noTimeToLive])
    }

    /// Returns the issues that prevent a service from working, from DescribeTable alone.
    private func obstacles() async throws -> [Finding] {
        guard let table = try await description() else { return [.missing] }
        var findings: [Finding] = []
        if let status = table.tableStatus, ![.active, .updating].contains(status) { findings.append(.notActive(status.rawValue)) }
        let keys = Self.keys(of: table)
        if keys != Self.expectedKeys { findings.append(.wrongKeys(keys.joined(separator: ", "))) }
        return findings
    }

    /// A step that ``create()`` took.
    package enum Step: Sendable, Equatable {
        case created
        case timeToLiveEnabled
    }

    /// Creates the parts that are missing, and waits until the table is usable. Idempotent.
    /// - Returns: the steps taken; empty if nothing was missing.
    /// - Throws: ``StackTableError`` if a table of this name has other keys or is not active in time; `DynamoDBError`.
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

    /// Waits until the new table is active, which takes some seconds.
    private func waitUntilActive() async throws {
        for _ in 0..<120 {
            let obstacles = try await obstacles()
            let isOnTheWay = obstacles.contains { $0 == .missing || $0 == .notActive(DynamoDB.TableStatus.creating.rawValue) }
            guard isOnTheWay else { return try refuse(obstacles) }
            try await pause(.seconds(1))
        }
        throw StackTableError(message: "table \(name) is still not active after two minutes")
    }

    /// Checks that a service can work with the table. Needs only the rights of a replica.
    /// - Throws: ``StackTableError``, whose message names the command to run; `DynamoDBError`.
    package func checkBeforeUse() async throws {
        try refuse(try await obstacles())
        try await refuseForeignItems()
    }

    /// Checks with one BatchGetItem that this system wrote the table, in a version that this program reads.
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
            // An administrator may create tables without the right to read them; a replica without the right fails at its next read.
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

    /// Returns an issue as a sentence with its remedy.
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

/// The reason for which the table is unusable, and the command to run.
package struct StackTableError: Error, Sendable, Equatable, CustomStringConvertible {
    /// One or more sentences for the operator.
    package var message: String
    package var description: String { message }
}
