/// DynamoDB's documented rules for requests, for those that a stand-in does not enforce.
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
package struct RequestRules {
    /// Every rule that was broken, in a sentence.
    package private(set) var violations: [String] = []
    private let operation: String

    /// - Parameters:
    ///   - operation: such as `Query`.
    ///   - body: the request as sent.
    package init(operation: String, body: JSON) {
        self.operation = operation
        switch operation {
        case "GetItem": check(read: body)
        case "BatchGetItem": check(batch: body)
        case "Query": check(query: body)
        case "PutItem", "UpdateItem", "DeleteItem": check(write: body, kind: String(operation.dropLast("Item".count)))
        case "TransactWriteItems": check(transaction: body)
        case "CreateTable", "DescribeTable", "UpdateTimeToLive", "DescribeTimeToLive", "DescribeContinuousBackups":
            check(table: body)
        default: complain("is not an operation that the store may use")
        }
    }

    mutating func complain(_ message: String) {
        violations.append("\(operation): \(message)")
    }
}

extension RequestRules {
    private mutating func check(table body: JSON) {
        let name = body["TableName"]?.text ?? ""
        let isValid = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        if !(3...255).contains(name.utf8.count) || !isValid { complain("table name \"\(name)\"") }
    }

    private mutating func check(read body: JSON) {
        check(table: body)
        check(key: body["Key"]?.object ?? [:])
        check(expressions: ["ProjectionExpression"], of: body)
    }

    private mutating func check(batch body: JSON) {
        let requests = body["RequestItems"]?.object ?? [:]
        if requests.isEmpty { complain("no table") }
        var count = 0
        for request in requests.values {
            let keys = (request["Keys"]?.list ?? []).compactMap(\.object)
            if keys.isEmpty { complain("no keys") }
            for (index, key) in keys.enumerated() {
                check(key: key)
                if keys[..<index].contains(key) { complain("key \(key) twice") }
            }
            count += keys.count
            check(expressions: ["ProjectionExpression"], of: request)
        }
        if count > 100 { complain("\(count) keys; at most 100 are allowed") }
    }

    private mutating func check(query body: JSON) {
        check(table: body)
        check(expressions: ["KeyConditionExpression", "FilterExpression", "ProjectionExpression"], of: body)
        let names = body["ExpressionAttributeNames"]
        func plain(_ name: String) -> String { names?[name]?.text ?? name }
        let keys = Expression(body["KeyConditionExpression"]?.text ?? "", isUpdate: false).names.map(plain)
        if !keys.contains("pk") { complain("no condition on the partition key") }
        if let other = keys.first(where: { !["pk", "sk"].contains($0) }) { complain("\(other) in a key condition is no key") }
        let filtered = Expression(body["FilterExpression"]?.text ?? "", isUpdate: false).names.map(plain)
        if filtered.contains("pk") || filtered.contains("sk") { complain("a filter on a key attribute") }
        if let limit = body["Limit"]?.number, limit < 1 { complain("limit \(limit)") }
        if let start = body["ExclusiveStartKey"]?.object { check(key: start) }
        for case .object(let value) in (body["ExpressionAttributeValues"]?.object ?? [:]).values where value["S"] == .text("") {
            complain("an empty text in a key condition")
        }
    }
}
