import DynamoDB
import FoundationEssentials
import Stacks

extension DynamoDBStackStore {
    /// Reads the id with a GetItem. Creates it if it is missing, and raises the version of the table to that of this program. Two replicas that
    /// start together get the same id.
    package func installationID() async throws -> String {
        let meta = try await meta()
        let version: Int? = try meta?.integerIfPresent(Attribute.version)
        if let known = try meta?.textIfPresent(Attribute.installationID), (version ?? 1) >= StackTable.version { return known }
        let update = DynamoDB.UpdateItemInput(
            conditionExpression: Self.isNotNewer,
            expressionAttributeNames: ["#version": Attribute.version],
            expressionAttributeValues: [":id": .s(UUID().uuidString.lowercased()), ":version": .n(String(StackTable.version))],
            key: ItemKey.meta,
            returnValues: .allNew,
            tableName: table,
            updateExpression: "SET installation_id = if_not_exists(installation_id, :id), #version = :version"
        )
        let item = try await translating { try await writing { try await client.updateItem(update).attributes ?? [:] } }
        return try ItemReader(item.merging(ItemKey.meta) { found, _ in found }).text(Attribute.installationID)
    }

    package func setInstallationID(_ id: String) async throws {
        let update = DynamoDB.UpdateItemInput(
            conditionExpression: Self.isNotNewer,
            expressionAttributeNames: ["#version": Attribute.version],
            expressionAttributeValues: [":id": .s(id), ":version": .n(String(StackTable.version))],
            key: ItemKey.meta,
            tableName: table,
            updateExpression: "SET installation_id = :id, #version = :version"
        )
        _ = try await translating { try await writing { try await client.updateItem(update) } }
    }

    /// A later version may have taken over the table since this program started.
    private static let isNotNewer = "attribute_not_exists(#version) OR #version <= :version"

    private func meta() async throws -> ItemReader? {
        let input = DynamoDB.GetItemInput(consistentRead: true, key: ItemKey.meta, tableName: table)
        return try await translating { try await client.getItem(input).item }.map(ItemReader.init)
    }
}
