extension RequestRules {
    private static let maximumItemSize = 400 * 1024
    private static let maximumTransactionSize = 4 * 1024 * 1024

    mutating func check(transaction body: JSON) {
        let writes = body["TransactItems"]?.list ?? []
        if !(1...100).contains(writes.count) { complain("\(writes.count) items; 1 to 100 are allowed") }
        switch body["ClientRequestToken"]?.text {
        case let token? where !(1...36).contains(token.count): complain("a ClientRequestToken of \(token.count) characters")
        case nil: complain("no ClientRequestToken")
        default: break
        }
        var seen: [[String: JSON]] = []
        var size = 0
        for write in writes {
            guard let kinds = write.object, kinds.count == 1, let (kind, content) = kinds.first else {
                complain("an item that is not exactly one operation")
                continue
            }
            check(write: content, kind: kind)
            let item = content["Item"]?.object ?? content["Key"]?.object ?? [:]
            size += ItemSize.bytes(item)
            let key = item.filter { Self.keyNames.contains($0.key) }
            if seen.contains(key) { complain("item \(key) twice in one transaction") }
            seen.append(key)
            if content["ReturnValues"] != nil { complain("ReturnValues in a transaction") }
        }
        if size > Self.maximumTransactionSize { complain("a transaction of \(size) bytes") }
    }

    /// - Parameter kind: `Put`, `Update`, `Delete` or `ConditionCheck`.
    mutating func check(write body: JSON, kind: String) {
        check(expressions: ["ConditionExpression", "UpdateExpression"], of: body)
        switch kind {
        case "Put":
            let item = body["Item"]?.object ?? [:]
            check(key: item.filter { Self.keyNames.contains($0.key) })
            let size = ItemSize.bytes(item)
            if size > Self.maximumItemSize { complain("an item of \(size) bytes; at most \(Self.maximumItemSize) are allowed") }
            for (name, value) in item { check(value: value, of: name) }
        case "Update":
            check(key: body["Key"]?.object ?? [:])
            let names = body["ExpressionAttributeNames"]
            let targets = Expression(body["UpdateExpression"]?.text ?? "", isUpdate: true).updated.map { names?[$0]?.text ?? $0 }
            if targets.isEmpty { complain("an update that updates nothing") }
            if let key = targets.first(where: Self.keyNames.contains) { complain("an update of the key attribute \(key)") }
            if Set(targets).count < targets.count { complain("an update that names an attribute twice: \(targets)") }
        case "Delete":
            check(key: body["Key"]?.object ?? [:])
        case "ConditionCheck":
            check(key: body["Key"]?.object ?? [:])
            if body["ConditionExpression"] == nil { complain("a ConditionCheck without a condition") }
        default:
            complain("\(kind) is no write")
        }
    }
}
