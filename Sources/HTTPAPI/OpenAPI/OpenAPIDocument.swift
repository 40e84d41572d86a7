import HTTPTypes

/// The document at `/openapi.json`.
/// https://spec.openapis.org/oas/v3.1.1.html
struct OpenAPIDocument: Sendable {
    static let title = "CTF provisioner"
    static let introduction =
        "A stack is one running instance of one problem: one Pod, and one NodePort Service in front of it. HEAD works wherever GET does. A key "
        + "of a response that is required is always present, and null if it has no value; clients must ignore keys that they do not know. A "
        + "query parameter that a GET does not know is ignored."

    var operations: [Operation]
    var components: [Schema.Component]
    /// The version of the program.
    var version: String

    var json: OrderedJSON {
        [
            "openapi": "3.1.0",
            "info": [
                "title": .string(Self.title), "version": .string(version), "description": .string(Self.introduction),
                "license": ["name": "MIT", "identifier": "MIT"],
            ],
            // Relative to the document, so that it holds behind a proxy that adds a prefix.
            "servers": [["url": "."]],
            "security": [["ApiKey": []], ["Bearer": []]],
            "tags": .array(Operation.Tag.allCases.map { ["name": .string($0.rawValue), "description": .string($0.text)] }),
            "paths": paths,
            "components": [
                "schemas": .object(components.map { .init(name: $0.name, value: $0.schema.json) }),
                "responses": .object(sharedErrors.map { .init(name: $0.codes[0], value: Self.error($0.status, $0.codes)) }),
                "securitySchemes": [
                    "ApiKey": [
                        "type": "apiKey", "in": "header", "name": "X-API-KEY",
                        "description": "Asked for as soon as the service has API_KEY or API_KEY_FILE.",
                    ],
                    "Bearer": ["type": "http", "scheme": "bearer", "description": "The same keys."],
                ],
            ],
        ]
    }

    /// The paths in the order in which the table has them first.
    var pathOrder: [String] {
        operations.map(\.path).reduce(into: []) { paths, path in if !paths.contains(path) { paths.append(path) } }
    }

    private var paths: OrderedJSON {
        .object(
            pathOrder.map { path in
                let methods = operations.filter { $0.path == path }
                return .init(name: path, value: .object(methods.map { .init(name: $0.method.rawValue.lowercased(), value: Self.json($0)) }))
            }
        )
    }

    /// Errors with a single code look alike in all operations.
    private var sharedErrors: [(status: HTTPResponse.Status, codes: [String])] {
        let all = operations.flatMap(\.errors).filter { $0.codes.count == 1 }
        return Dictionary(grouping: all) { $0.codes[0] }.values.map { $0[0] }.sorted {
            ($0.status.code, $0.codes[0]) < ($1.status.code, $1.codes[0])
        }
    }

    private static func json(_ operation: Operation) -> OrderedJSON {
        var fields: [(String, OrderedJSON)] = [
            ("operationId", .string(operation.id)), ("tags", [.string(operation.tag.rawValue)]), ("summary", .string(operation.summary)),
        ]
        if !operation.text.isEmpty { fields.append(("description", .string(operation.text))) }
        if !operation.parameters.isEmpty { fields.append(("parameters", .array(operation.parameters.map(json)))) }
        if let body = operation.body {
            let content: OrderedJSON = ["application/json": ["schema": body.schema.json]]
            fields.append(("requestBody", ["description": .string(body.text), "required": .bool(body.isRequired), "content": content]))
        }
        if !operation.needsKey { fields.append(("security", [])) }
        let replies = operation.replies.map { ("\($0.status.code)", json($0)) }
        let errors = operation.errors.map {
            ("\($0.status.code)", $0.codes.count == 1 ? reference($0.codes[0]) : error($0.status, $0.codes))
        }
        fields.append(("responses", object((replies + errors).sorted { $0.0 < $1.0 })))
        return object(fields)
    }

    private static func json(_ parameter: Operation.Parameter) -> OrderedJSON {
        [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue), "description": .string(parameter.text),
            "required": .bool(parameter.place == .path), "schema": parameter.schema.json,
        ]
    }

    private static func json(_ reply: Reply) -> OrderedJSON {
        let content = object(reply.contents.map { ($0.mediaType, ["schema": $0.schema.json]) })
        let headers = headers(reply.headers, of: reply.status)
        guard !reply.contents.isEmpty else { return ["description": .string(reply.text), "headers": headers] }
        return ["description": .string(reply.text), "headers": headers, "content": content]
    }

    private static func reference(_ code: String) -> OrderedJSON { ["$ref": .string("#/components/responses/\(code)")] }

    private static func error(_ status: HTTPResponse.Status, _ codes: [String]) -> OrderedJSON {
        [
            "description": .string("\(status.reasonPhrase): \(codes.joined(separator: ", "))"),
            "headers": headers(Reply.Header.headers(ofError: status), of: status),
            "content": ["application/json": ["schema": Schema.error(codes: codes).json]],
        ]
    }

    private static func headers(_ headers: [Reply.Header], of status: HTTPResponse.Status) -> OrderedJSON {
        object(
            (headers + [.requestID(of: status)]).map { header in
                let value: OrderedJSON = [
                    "description": .string(header.text), "required": .bool(header.isRequired), "schema": header.schema.json,
                ]
                return (header.name, value)
            }
        )
    }

    private static func object(_ fields: [(String, OrderedJSON)]) -> OrderedJSON { .object(fields.map { .init(name: $0.0, value: $0.1) }) }
}
