import FoundationEssentials
import NIOHTTP1
import Testing

@testable import DynamoDB

@Suite struct BatchAndPageTests {
    private func run<Result>(
        _ answer: @escaping @Sendable (TestServer.Request) -> TestServer.Answer,
        _ body: (DynamoDB, TestServer) async throws -> Result
    ) async throws -> Result {
        try await TestServer.run(answer) { server in
            let configuration = try DynamoDB.Configuration(region: "eu-west-1", endpoint: server.url, credentials: .example)
            return try await DynamoDB.run(configuration) { try await body($0, server) }
        }
    }

    private static let keys: [DynamoDB.Item] = [["pk": .s("a")], ["pk": .s("b")]]

    @Test func `keys that were left out are asked for again`() async throws {
        let first = #"{"Responses":{"t":[{"pk":{"S":"a"}}]},"UnprocessedKeys":{"t":{"Keys":[{"pk":{"S":"b"}}],"ConsistentRead":true}}}"#
        let second = #"{"Responses":{"t":[{"pk":{"S":"b"}}]},"UnprocessedKeys":{}}"#
        try await run {
            $0.index == 0 ? .ok(first) : .ok(second)
        } _: { dynamoDB, server in
            let input = DynamoDB.BatchGetItemInput(requestItems: ["t": .init(consistentRead: true, keys: Self.keys)])
            let output = try await dynamoDB.batchGetItem(input)
            #expect(output.responses == ["t": Self.keys])
            #expect(output.unprocessedKeys == nil)
            #expect(server.requests.count == 2)
            let body = try JSONDecoder().decode([String: JSON].self, from: Data(try #require(server.requests.last).body.utf8))
            let key = JSON.object(["pk": .object(["S": .text("b")])])
            #expect(body == ["RequestItems": .object(["t": .object(["Keys": .list([key]), "ConsistentRead": .flag(true)])])])
        }
    }

    @Test func `a service that gives nothing is throttling`() async throws {
        let nothing = #"{"Responses":{},"UnprocessedKeys":{"t":{"Keys":[{"pk":{"S":"b"}}]}}}"#
        try await run { _ in
            .ok(nothing)
        } _: { dynamoDB, server in
            let input = DynamoDB.BatchGetItemInput(requestItems: ["t": .init(keys: Self.keys)])
            let error = try await #require(throws: DynamoDBError.self) { try await dynamoDB.batchGetItem(input) }
            #expect(error.code == .throttled)
            #expect(server.requests.count == 8)
        }
    }

    @Test func `pages follow each other until the last`() async throws {
        try await run { request in
            let last = request.index == 2
            return .ok(
                #"{"Count":1,"Items":[{"sk":{"N":"\#(request.index)"}}]\#(last ? "" : #","LastEvaluatedKey":{"sk":{"N":"\#(request.index)"}}"#)}"#
            )
        } _: { dynamoDB, server in
            let input = DynamoDB.QueryInput(keyConditionExpression: "pk = :pk", tableName: "t")
            var items: [DynamoDB.Item] = []
            for try await page in dynamoDB.queryPaginator(input) { items += page.items ?? [] }
            #expect(items == [["sk": .n("0")], ["sk": .n("1")], ["sk": .n("2")]])
            #expect(server.requests.map { $0.body.contains("ExclusiveStartKey") } == [false, true, true])
            #expect(server.requests.last?.body.contains(#""ExclusiveStartKey":{"sk":{"N":"1"}}"#) == true)
        }
    }

    @Test func `all attempts at a transaction carry the same token`() async throws {
        try await run {
            $0.index < 2 ? .error(.internalServerError, "InternalServerError") : .ok("{}")
        } _: { dynamoDB, server in
            let put = DynamoDB.Put(item: ["pk": .s("a")], tableName: "t")
            _ = try await dynamoDB.transactWriteItems(.init(transactItems: [.init(put: put)]))
            struct Body: Decodable {
                var ClientRequestToken: String
            }
            let tokens = try server.requests.map { try JSONDecoder().decode(Body.self, from: Data($0.body.utf8)).ClientRequestToken }
            #expect(tokens.count == 3)
            #expect(Set(tokens).count == 1)
            #expect(tokens.allSatisfy { (1...36).contains($0.count) })
        }
    }
}
