extension RequestRules {
    static let keyNames: Set = ["pk", "sk"]
    private static let types: Set = ["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"]

    mutating func check(key: [String: JSON]) {
        if Set(key.keys) != Self.keyNames { complain("a key of \(key.keys.sorted()); must be pk and sk") }
        for (name, limit) in [("pk", 2048), ("sk", 1024)] {
            guard let text = key[name]?["S"]?.text else {
                complain("key attribute \(name) is no text")
                continue
            }
            if text.isEmpty { complain("key attribute \(name) is empty") }
            if text.utf8.count > limit { complain("key attribute \(name) has \(text.utf8.count) bytes; at most \(limit) are allowed") }
        }
    }

    mutating func check(value: JSON, of name: String) {
        guard let fields = value.object, fields.count == 1, let (type, content) = fields.first, Self.types.contains(type) else {
            return complain("\(name) is not exactly one value")
        }
        switch type {
        case "N": check(number: content.text ?? "", of: name)
        case "NS": for number in content.list ?? [] { check(number: number.text ?? "", of: name) }
        case "L": for element in content.list ?? [] { check(value: element, of: name) }
        case "M": for (key, element) in content.object ?? [:] { check(value: element, of: "\(name).\(key)") }
        default: break
        }
        guard type.hasSuffix("S"), type != "S" else { return }
        let elements = content.list ?? []
        if elements.isEmpty { complain("\(name) is an empty set") }
        if elements.indices.contains(where: { elements[..<$0].contains(elements[$0]) }) {
            complain("\(name) is a set with an element twice")
        }
    }

    private mutating func check(number: String, of name: String) {
        let digits = number.filter(\.isNumber)
        if Double(number) == nil || digits.count > 38 { complain("\(name) is the number \"\(number)\"") }
    }

    /// Placeholders and values of all expressions of one request or write, together.
    mutating func check(expressions fields: [String], of body: JSON) {
        var names: [String] = []
        var values: [String] = []
        for field in fields {
            guard let text = body[field]?.text else { continue }
            if text.isEmpty || text.utf8.count > 4096 { complain("\(field) has \(text.utf8.count) bytes") }
            let expression = Expression(text, isUpdate: field == "UpdateExpression")
            names += expression.names
            values += expression.values
        }
        for word in names where ReservedWords.contains(word) { complain("\(word) is a reserved word; write #\(word)") }
        compare(names.filter { $0.hasPrefix("#") }, with: "ExpressionAttributeNames", of: body)
        compare(values, with: "ExpressionAttributeValues", of: body)
        for (name, value) in body["ExpressionAttributeValues"]?.object ?? [:] { check(value: value, of: name) }
    }

    private mutating func compare(_ used: [String], with field: String, of body: JSON) {
        let defined = body[field]?.object
        if defined?.isEmpty == true { complain("\(field) is empty; must be left out then") }
        for name in Set(used).subtracting(defined?.keys.map(\.self) ?? []).sorted() { complain("\(name) is not in \(field)") }
        for name in Set(defined?.keys.map(\.self) ?? []).subtracting(used).sorted() { complain("\(name) in \(field) is not used") }
    }
}
