import DynamoDB
import FoundationEssentials
import Stacks

extension DynamoDBStackStore {
    /// Reads the id with a GetItem, and creates it if it is missing. Two replicas that start together get the same id.
    package func installationID() async throws -> String {
        if let known = try await meta()?.textIfPresent(Attribute.installationID) { return known }
        let update = DynamoDB.UpdateItemInput(
            expressionAttributeNames: ["#version": Attribute.version],
            expressionAttributeValues: [":id": .s(UUID().uuidString.lowercased()), ":version": .n(String(StackTable.version))],
            key: ItemKey.meta,
            returnValues: .allNew,
            tableName: table,
            updateExpression: "SET installation_id = if_not_exists(installation_id, :id), #version = if_not_exists(#version, :version)"
        )
        let item = try await translating { try await writing { try await client.updateItem(update).attributes ?? [:] } }
        return try ItemReader(item.merging(ItemKey.meta) { found, _ in found }).text(Attribute.installationID)
    }

    package func setInstallationID(_ id: String) async throws {
        let update = DynamoDB.UpdateItemInput(
            expressionAttributeNames: ["#version": Attribute.version],
            expressionAttributeValues: [":id": .s(id), ":version": .n(String(StackTable.version))],
            key: ItemKey.meta,
            tableName: table,
            updateExpression: "SET installation_id = :id, #version = if_not_exists(#version, :version)"
        )
        _ = try await translating { try await writing { try await client.updateItem(update) } }
    }

    private func meta() async throws -> ItemReader? {
        let input = DynamoDB.GetItemInput(consistentRead: true, key: ItemKey.meta, tableName: table)
        return try await translating { try await client.getItem(input).item }.map(ItemReader.init)
    }
}
