import Foundation

@testable import HTTPAPI

/// As much of JSON Schema as the document uses; a keyword that it does not know is a problem.
struct SchemaCheck {
    /// The components by name.
    let components: [String: OrderedJSON]
    /// True if an object may have no key beyond its `properties`.
    var isStrict = false

    /// Of a list of thousands the first ones are enough.
    private static let examinedElements = 50
    private static let annotations: Set<String> = ["description", "examples"]

    /// Returns each difference between a value and a schema, with its path.
    func problems(of value: JSON, _ schema: OrderedJSON, at path: String = "$") throws -> [String] {
        try schema.fields.flatMap { field in
            Self.annotations.contains(field.name) ? [] : try problems(of: value, field.name, field.value, in: schema, at: path)
        }
    }

    private func problems(of value: JSON, _ keyword: String, _ wanted: OrderedJSON, in schema: OrderedJSON, at path: String) throws
        -> [String]
    {
        func unless(_ isValid: Bool?) -> [String] { isValid ?? true ? [] : ["\(path): \(value) is against \(keyword) \(wanted.text)"] }
        let bound = wanted.integer.map { Double($0) } ?? 0
        switch keyword {
        case "$ref":
            let name = wanted.string?.split(separator: "/").last.map(String.init) ?? ""
            guard let schema = components[name] else { return ["\(path): no component \(name)"] }
            return try problems(of: value, schema, at: path)
        case "type": return unless((wanted.string.map { [$0] } ?? wanted.elements.compactMap(\.string)).contains { value.isOf($0) })
        case "enum": return unless(wanted.elements.contains { $0 == .null ? value == .null : $0.string.map(JSON.string) == value })
        case "anyOf": return unless(try wanted.elements.contains { try problems(of: value, $0, at: path).isEmpty })
        case "allOf": return try wanted.elements.flatMap { try problems(of: value, $0, at: path) }
        case "minimum": return unless(value.number.map { $0 >= bound })
        case "maximum": return unless(value.number.map { $0 <= bound })
        case "pattern": return unless(try value.string.map { try $0.contains(Regex(wanted.string ?? "")) })
        case "format": return unless(value.string.map { $0.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil })
        case "minItems": return unless(value.elements.map { Double($0.count) >= bound })
        case "maxItems": return unless(value.elements.map { Double($0.count) <= bound })
        case "maxProperties": return unless(value.fields.map { Double($0.count) <= bound })
        case "items":
            return try (value.elements ?? []).prefix(Self.examinedElements).flatMap { try problems(of: $0, wanted, at: path + "[]") }
        case "required": return unless(value.fields.map { fields in wanted.elements.allSatisfy { fields[$0.string ?? ""] != nil } })
        case "propertyNames":
            return try (value.fields ?? [:]).keys.flatMap { try problems(of: .string($0), wanted, at: "\(path), name") }
        case "properties", "additionalProperties":
            return try keyword == "properties"
                ? fieldProblems(of: value, wanted, in: schema, at: path) : restProblems(of: value, schema, at: path)
        default: return ["\(path): unknown keyword \(keyword)"]
        }
    }

    private func fieldProblems(of value: JSON, _ properties: OrderedJSON, in schema: OrderedJSON, at path: String) throws -> [String] {
        let known = Set(properties.fields.map(\.name))
        let isClosed = isStrict && schema["type"] != nil && schema["additionalProperties"] == nil
        let unknown = isClosed ? (value.fields ?? [:]).keys.filter { !known.contains($0) }.map { "\(path).\($0): is in no schema" } : []
        return try unknown
            + properties.fields.flatMap { field in
                try value.fields?[field.name].map { try problems(of: $0, field.value, at: "\(path).\(field.name)") } ?? []
            }
    }

    private func restProblems(of value: JSON, _ schema: OrderedJSON, at path: String) throws -> [String] {
        guard let wanted = schema["additionalProperties"] else { return [] }
        let known = Set(schema["properties"]?.fields.map(\.name) ?? [])
        return try (value.fields ?? [:]).filter { !known.contains($0.key) }.flatMap { name, value in
            wanted == false ? ["\(path).\(name): is refused"] : try problems(of: value, wanted, at: "\(path).\(name)")
        }
    }
}

extension JSON {
    fileprivate var number: Double? { if case .number(let value) = self { value } else { nil } }
    fileprivate var elements: [JSON]? { if case .array(let value) = self { value } else { nil } }
    fileprivate var fields: [String: JSON]? { if case .object(let value) = self { value } else { nil } }

    fileprivate func isOf(_ type: String) -> Bool {
        switch self {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .number(let value): type == "integer" && value.rounded() == value
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }
}
