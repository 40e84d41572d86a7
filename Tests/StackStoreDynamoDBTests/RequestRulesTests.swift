import DynamoDBTestSupport
import FoundationEssentials
import Testing

/// The rules must find what they are there to find.
@Suite struct RequestRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var operation: String
        var body: String
        var complaint: String
        var testDescription: String { complaint }
    }

    private static let key = #""Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}"#
    private static let table = #""TableName": "table""#
    private static let long = String(repeating: "x", count: 2049)

    private static func transaction(_ items: String, token: String = #""ClientRequestToken": "token""#) -> String {
        "{\(token.isEmpty ? "" : token + ", ")\"TransactItems\": [\(items)]}"
    }

    private static let delete = "{\"Delete\": {\(table), \(key)}}"

    private static func put(_ attribute: String) -> String {
        "{\(table), \"Item\": {\"pk\": {\"S\": \"a\"}, \"sk\": {\"S\": \"b\"}, \(attribute)}}"
    }

    static let broken: [Case] = [
        Case(operation: "Scan", body: "{\(table)}", complaint: "is not an operation that the store may use"),
        Case(operation: "GetItem", body: "{\"TableName\": \"a!\", \(key)}", complaint: "table name \"a!\""),
        Case(
            operation: "GetItem",
            body: #"{"TableName": "table", "Key": {"pk": {"S": "a"}}}"#,
            complaint: #"a key of ["pk"]; must be pk and sk"#
        ),
        Case(
            operation: "GetItem",
            body: #"{"TableName": "table", "Key": {"pk": {"S": ""}, "sk": {"S": "b"}}}"#,
            complaint: "key attribute pk is empty"
        ),
        Case(
            operation: "GetItem",
            body: #"{"TableName": "table", "Key": {"pk": {"N": "1"}, "sk": {"S": "b"}}}"#,
            complaint: "key attribute pk is no text"
        ),
        Case(
            operation: "GetItem",
            body: "{\(table), \"Key\": {\"pk\": {\"S\": \"\(long)\"}, \"sk\": {\"S\": \"b\"}}}",
            complaint: "key attribute pk has 2049 bytes; at most 2048 are allowed"
        ),
        Case(
            operation: "GetItem",
            body: "{\(table), \(key), \"ProjectionExpression\": \"state\"}",
            complaint: "state is a reserved word; write #state"
        ),
        Case(
            operation: "UpdateItem",
            body: "{\(table), \(key), \"UpdateExpression\": \"SET a = :a\"}",
            complaint: ":a is not in ExpressionAttributeValues"
        ),
        Case(
            operation: "UpdateItem",
            body: "{\(table), \(key), \"UpdateExpression\": \"REMOVE #a\"}",
            complaint: "#a is not in ExpressionAttributeNames"
        ),
        Case(
            operation: "UpdateItem",
            body: "{\(table), \(key), \"UpdateExpression\": \"REMOVE a\", \"ExpressionAttributeValues\": {\":b\": {\"S\": \"\"}}}",
            complaint: ":b in ExpressionAttributeValues is not used"
        ),
        Case(
            operation: "UpdateItem",
            body: "{\(table), \(key), \"UpdateExpression\": \"REMOVE a\", \"ExpressionAttributeNames\": {}}",
            complaint: "ExpressionAttributeNames is empty; must be left out then"
        ),
        Case(
            operation: "UpdateItem",
            body: "{\(table), \(key), \"UpdateExpression\": \"SET sk = :v\", \"ExpressionAttributeValues\": {\":v\": {\"S\": \"x\"}}}",
            complaint: "an update of the key attribute sk"
        ),
        Case(
            operation: "UpdateItem",
            body: "{\(table), \(key), \"UpdateExpression\": \"SET a = :v, b = :v REMOVE a\", "
                + "\"ExpressionAttributeValues\": {\":v\": {\"S\": \"x\"}}}",
            complaint: #"an update that names an attribute twice: ["a", "b", "a"]"#
        ),
        Case(operation: "PutItem", body: put(#""x": {"SS": []}"#), complaint: "x is an empty set"),
        Case(operation: "PutItem", body: put(#""x": {"NS": ["1", "1"]}"#), complaint: "x is a set with an element twice"),
        Case(operation: "PutItem", body: put(#""x": {"N": ""}"#), complaint: #"x is the number """#),
        Case(operation: "PutItem", body: put(#""x": {"M": {"y": {"S": "1", "N": "1"}}}"#), complaint: "x.y is not exactly one value"),
        Case(
            operation: "PutItem",
            body: put("\"x\": {\"S\": \"\(String(repeating: "y", count: 400 * 1024))\"}"),
            complaint: "an item of 409607 bytes; at most 409600 are allowed"
        ),
        Case(operation: "TransactWriteItems", body: transaction(""), complaint: "0 items; 1 to 100 are allowed"),
        Case(
            operation: "TransactWriteItems",
            body: transaction(Array(repeating: delete, count: 101).joined(separator: ",")),
            complaint: "101 items; 1 to 100 are allowed"
        ),
        Case(operation: "TransactWriteItems", body: transaction(delete, token: ""), complaint: "no ClientRequestToken"),
        Case(
            operation: "TransactWriteItems",
            body: transaction(delete, token: "\"ClientRequestToken\": \"\(String(repeating: "t", count: 37))\""),
            complaint: "a ClientRequestToken of 37 characters"
        ),
        Case(operation: "TransactWriteItems", body: transaction("{}"), complaint: "an item that is not exactly one operation"),
        Case(
            operation: "TransactWriteItems",
            body: transaction("{\"ConditionCheck\": {\(table), \(key)}}"),
            complaint: "a ConditionCheck without a condition"
        ),
        Case(
            operation: "Query",
            body: "{\(table), \"KeyConditionExpression\": \"sk = :s\", \"ExpressionAttributeValues\": {\":s\": {\"S\": \"x\"}}}",
            complaint: "no condition on the partition key"
        ),
        Case(
            operation: "Query",
            body: "{\(table), \"KeyConditionExpression\": \"pk = :s AND begins_with(sk, :s)\", "
                + "\"ExpressionAttributeValues\": {\":s\": {\"S\": \"\"}}}",
            complaint: "an empty text in a key condition"
        ),
        Case(operation: "BatchGetItem", body: #"{"RequestItems": {"table": {"Keys": []}}}"#, complaint: "no keys"),
    ]

    @Test(arguments: broken)
    func `a request that DynamoDB would refuse is found`(row: Case) throws {
        let body = try JSONDecoder().decode(JSON.self, from: Data(row.body.utf8))
        #expect(RequestRules(operation: row.operation, body: body).violations.contains("\(row.operation): \(row.complaint)"))
    }

    @Test func `an item twice in one transaction is found`() throws {
        let body = try JSONDecoder().decode(JSON.self, from: Data(Self.transaction("\(Self.delete), \(Self.delete)").utf8))
        let violations = RequestRules(operation: "TransactWriteItems", body: body).violations
        #expect(violations.count == 1 && violations.first?.hasSuffix("twice in one transaction") == true)
    }

    @Test func `more keys than a batch may have, and one key twice, are found`() throws {
        let keys = (0..<101).map { "{\"pk\": {\"S\": \"\($0 % 100)\"}, \"sk\": {\"S\": \"b\"}}" }.joined(separator: ",")
        let body = try JSONDecoder().decode(JSON.self, from: Data("{\"RequestItems\": {\"table\": {\"Keys\": [\(keys)]}}}".utf8))
        let violations = RequestRules(operation: "BatchGetItem", body: body).violations
        #expect(violations.count == 2)
        #expect(violations.contains("BatchGetItem: 101 keys; at most 100 are allowed"))
    }

    @Test(arguments: [
        ("GetItem", "{\(table), \(key), \"ConsistentRead\": true}"),
        ("PutItem", put(#""x": {"S": ""}, "y": {"NS": ["-1.5e3"]}, "z": {"L": [{"BOOL": true}, {"NULL": true}]}"#)),
        ("TransactWriteItems", transaction(delete)),
        (
            "Query",
            "{\(table), \"KeyConditionExpression\": \"pk = :p\", \"ExpressionAttributeValues\": {\":p\": {\"S\": \"x\"}}, \"Limit\": 1}"
        ),
    ])
    func `a request as documented breaks no rule`(operation: String, text: String) throws {
        let body = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
        #expect(RequestRules(operation: operation, body: body).violations.isEmpty)
    }
}
