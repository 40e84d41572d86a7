/// A schema in JSON Schema 2020-12, the dialect of OpenAPI 3.1.
/// https://json-schema.org/draft/2020-12/json-schema-validation
struct Schema: Sendable, Equatable {
    private(set) var json: OrderedJSON

    /// A field of an object. A key of a response that may be missing, or of a request that may be left out, is not required.
    struct Property: Sendable {
        var name: String
        var schema: Schema
        var isRequired: Bool

        init(_ name: String, _ schema: Schema, isRequired: Bool = true) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
        }
    }

    /// A schema that the document has once, below `components`.
    struct Component: Sendable {
        var name: String
        var schema: Schema

        var reference: Schema { Schema([("$ref", .string("#/components/schemas/\(name)"))]) }
    }

    private init(_ keywords: KeyValuePairs<String, OrderedJSON?>) {
        json = .object(keywords.compactMap { name, value in value.map { OrderedJSON.Field(name: name, value: $0) } })
    }

    private init(_ keywords: [(String, OrderedJSON)]) {
        json = .object(keywords.map { OrderedJSON.Field(name: $0.0, value: $0.1) })
    }

    static func string(_ description: String? = nil, pattern: String? = nil, format: String? = nil, length: ClosedRange<Int64>? = nil)
        -> Schema
    {
        Schema([
            "type": "string", "description": description.map { .string($0) }, "format": format.map { .string($0) },
            "pattern": pattern.map { .string($0) }, "minLength": length.map { .integer($0.lowerBound) },
            "maxLength": length.map { .integer($0.upperBound) },
        ])
    }

    static func choice(_ values: [String], _ description: String? = nil) -> Schema {
        Schema([
            "type": "string", "description": description.map { .string($0) }, "enum": .array(values.map { .string($0) }),
        ])
    }

    /// - Parameters: nil for no bound that a value could reach.
    static func integer(_ minimum: Int64? = nil, _ maximum: Int64? = nil, _ description: String? = nil) -> Schema {
        Schema([
            "type": "integer", "description": description.map { .string($0) }, "minimum": minimum.map { .integer($0) },
            "maximum": maximum.map { .integer($0) },
        ])
    }

    static func boolean(_ description: String) -> Schema { Schema(["type": "boolean", "description": .string(description)]) }

    static func array(of items: Schema, count: ClosedRange<Int64>? = nil, isUnique: Bool = false, _ description: String? = nil) -> Schema {
        Schema([
            "type": "array", "description": description.map { .string($0) }, "items": items.json,
            "minItems": count.map { .integer($0.lowerBound) }, "maxItems": count.map { .integer($0.upperBound) },
            "uniqueItems": isUnique ? true : nil,
        ])
    }

    /// - Parameter isClosed: true if any other key is refused.
    static func object(_ description: String?, _ properties: [Property], isClosed: Bool = false) -> Schema {
        let required = properties.filter(\.isRequired).map { OrderedJSON.string($0.name) }
        return Schema([
            "type": "object", "description": description.map { .string($0) },
            "properties": properties.isEmpty ? nil : .object(properties.map { OrderedJSON.Field(name: $0.name, value: $0.schema.json) }),
            "required": required.isEmpty ? nil : .array(required), "additionalProperties": isClosed ? false : nil,
        ])
    }

    static func object(_ properties: [Property], isClosed: Bool = false) -> Schema { object(nil, properties, isClosed: isClosed) }

    /// An object whose keys are no names of fields.
    static func map(to values: Schema, keys: String? = nil, maximumCount: Int64? = nil, _ description: String) -> Schema {
        Schema([
            "type": "object", "description": .string(description), "propertyNames": keys.map { ["pattern": .string($0)] },
            "additionalProperties": values.json, "maxProperties": maximumCount.map { .integer($0) },
        ])
    }

    static func any(of schemas: [Schema], _ description: String) -> Schema {
        Schema(["description": .string(description), "anyOf": .array(schemas.map(\.json))])
    }

    /// The body of an error with one of these codes.
    static func error(codes: [String]) -> Schema {
        let code: OrderedJSON = ["enum": .array(codes.map { .string($0) })]
        return Schema(["allOf": [Schemas.error.reference.json, ["properties": ["code": code]]]])
    }

    /// The same schema, or null.
    var orNull: Schema {
        guard let type = json["type"] else { return Schema(["anyOf": [json, ["type": "null"]]]) }
        return Schema(
            json.fields.map { field in
                switch field.name {
                case "type": ("type", [type, "null"])
                case "enum": ("enum", .array(field.value.elements + [.null]))
                default: (field.name, field.value)
                }
            }
        )
    }

    func example(_ value: OrderedJSON) -> Schema { Schema(json.fields.map { ($0.name, $0.value) } + [("examples", [value])]) }
}
