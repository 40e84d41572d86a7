import FoundationEssentials
import Testing

@testable import DynamoDB

@Suite struct AttributeValueTests {
    typealias Value = DynamoDB.AttributeValue

    @Test(arguments: [
        (Value.s("a\"b"), #"{"S":"a\"b"}"#), (.n("1.5e10"), #"{"N":"1.5e10"}"#), (.b(Data([0, 255])), #"{"B":"AP8="}"#),
        (.bool(false), #"{"BOOL":false}"#), (.null(true), #"{"NULL":true}"#), (.l([.s(""), .n("1")]), #"{"L":[{"S":""},{"N":"1"}]}"#),
        (.m(["k": .l([])]), #"{"M":{"k":{"L":[]}}}"#), (.ss(["a", "b"]), #"{"SS":["a","b"]}"#), (.ns(["1"]), #"{"NS":["1"]}"#),
        (.bs([Data([1])]), #"{"BS":["AQ=="]}"#),
    ])
    func `a value is written in the service's notation and read back`(value: Value, json: String) throws {
        #expect(String(decoding: try JSONEncoder().encode(value), as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(Value.self, from: Data(json.utf8)) == value)
    }

    @Test(arguments: ["{}", #"{"X":"1"}"#, #"{"S":"a","N":"1"}"#, #"{"N":1}"#, #""S""#])
    func `anything else is refused`(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Value.self, from: Data(json.utf8)) }
    }

    @Test func `an attribute may have any name`() throws {
        let item: DynamoDB.Item = ["tableName": .s("a"), "S": .n("1"), "ü": .bool(true)]
        let input = DynamoDB.PutItemInput(item: item, tableName: "t")
        let json = try JSONDecoder().decode([String: Value?].self, from: try encodedItem(of: input))
        #expect(json == item.mapValues { $0 })
    }

    private func encodedItem(of input: DynamoDB.PutItemInput) throws -> Data {
        struct Put: Decodable {
            var Item: DynamoDB.Item
            var TableName: String
        }
        let put = try JSONDecoder().decode(Put.self, from: JSONEncoder().encode(input))
        return try JSONEncoder().encode(put.Item)
    }
}
