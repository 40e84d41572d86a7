/// The words for a schema on the page.
enum SchemaText {
    /// Returns the type and its bounds as markup: `integer 1…65535 or null`.
    static func type(_ schema: OrderedJSON) -> String {
        if let path = schema["$ref"]?.string { return HTML.link("schema", String(path.split(separator: "/").last ?? "")) }
        if let any = schema["anyOf"] { return any.elements.map(type).joined(separator: " or ") }
        let types = schema["type"].map { type in type.string.map { [$0] } ?? type.elements.compactMap(\.string) } ?? []
        return types.map { name in
            switch name {
            case "array": "array of " + (schema["items"].map(type) ?? "anything") + bounds(schema, "minItems", "maxItems")
            case "object": schema["additionalProperties"].flatMap { $0 == false ? nil : "map to " + type($0) } ?? name
            case "integer": name + bounds(schema, "minimum", "maximum")
            case "string": schema["enum"].map(values) ?? schema["format"]?.string ?? name
            default: name
            }
        }
        .joined(separator: " or ")
    }

    /// Returns type, description and pattern as markup.
    /// - Parameters:
    ///   - note: stands beside the type.
    ///   - text: stands for the description.
    static func whole(_ schema: OrderedJSON, note: String = "", text: String? = nil) -> String {
        var parts = ["<span class=\"type\">\(type(schema))\(note)</span>"]
        if let text = text ?? schema["description"]?.string { parts.append(HTML.escaped(text)) }
        if let pattern = schema["pattern"]?.string { parts.append("pattern " + HTML.code(pattern)) }
        return parts.joined(separator: "; ")
    }

    private static func values(_ values: OrderedJSON) -> String {
        values.elements.compactMap(\.string).map(HTML.code).joined(separator: " or ")
    }

    private static func bounds(_ schema: OrderedJSON, _ minimum: String, _ maximum: String) -> String {
        switch (schema[minimum]?.integer, schema[maximum]?.integer) {
        case (nil, nil): ""
        case (let low?, nil): " from \(low)"
        case (nil, let high?): " up to \(high)"
        case (let low?, .max): " from \(low)"
        case (let low?, let high?): " \(low)…\(high)"
        }
    }
}
